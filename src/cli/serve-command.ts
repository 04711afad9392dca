import { Command } from 'commander';
import type { App } from '../app.ts';
import { ConfigError, type Environment, readConfig } from '../config/read-config.ts';
import type { Config } from '../config/settings.ts';
import type { FaultSwitch } from '../shoutcloud/fault-switch.ts';
import { primaryLink, type Question } from '../workers/worker-link.ts';
import { listenFailure, runUntil } from './listening.ts';
import type { Surroundings } from './own-process.ts';

interface ServeOptions {
  port?: string;
  embeddedShoutcloud?: true;
}

/** `tuohs serve`: runs the API until SIGTERM, SIGINT or SIGHUP, then drains. Fails if a second signal cuts the drain short. */
export function serveCommand(surroundings: Surroundings): Command {
  return new Command('serve')
    .description('run the API with settings from the environment (docs/configuration.md)')
    .option('--port <number>', 'port of the API, in place of the setting PORT')
    .option('--embedded-shoutcloud', 'start a SHOUTCLOUD-compatible server as well and use that one')
    .action((options: ServeOptions) => serve(options, surroundings));
}

async function serve(
  { port, embeddedShoutcloud }: ServeOptions,
  { environment, stop }: Surroundings,
): Promise<void> {
  if (embeddedShoutcloud && environment.SHOUTCLOUD_URL !== undefined) {
    throw new ConfigError(['SHOUTCLOUD_URL and --embedded-shoutcloud are both given: choose one']);
  }
  await runUntil(stop.first, async (opened) => {
    const shoutcloud = embeddedShoutcloud ? await embedded() : undefined;
    if (shoutcloud) opened.push(shoutcloud.close);
    const settings = {
      ...environment,
      ...(port !== undefined && { PORT: port }),
      ...(shoutcloud && { SHOUTCLOUD_URL: shoutcloud.url }),
    };
    const config = readConfig(settings);
    const app = await appFor(config, settings, shoutcloud?.faults);
    opened.push(() => app.close(stop.second));
    await app.listen().catch((error) => {
      throw listenFailure(error, {
        host: (address, port) => hostSetting(config, { address, port }),
        port: (port) => (port === config.adminPort ? 'ADMIN_PORT' : 'PORT'),
      });
    });
  });
}

/** The setting that holds the address that failed: HOST or ADMIN_HOST. If they hold names, only the port tells them apart. */
function hostSetting({ host, adminHost, port }: Config, failed: { address: string; port: number }): string {
  if (adminHost === undefined || failed.address === host) return 'HOST';
  return failed.address === adminHost || failed.port !== port ? 'ADMIN_HOST' : 'HOST';
}

/** Loads and makes the app of a single process, or the primary of several workers. No other command needs their code. */
async function appFor(
  config: Config,
  settings: Environment,
  faults: FaultSwitch | undefined,
): Promise<Pick<App, 'listen' | 'close'>> {
  if (config.webConcurrency === 1) {
    const { createApp } = await import('../app.ts');
    return createApp(config, { faults });
  }
  // The playground cannot show what happens in several processes, so it gets no switch for faults.
  const { createPrimary } = await import('../primary.ts');
  return createPrimary(config, { args: ['worker'], environment: settings });
}

/** Starts our own server in place of SHOUTCLOUD. The playground has buttons that make it fail. */
async function embedded() {
  const { startShoutcloud } = await import('../shoutcloud/server.ts');
  const { faultSwitch } = await import('../shoutcloud/fault-switch.ts');
  const shoutcloud = await startShoutcloud();
  return { url: shoutcloud.url, close: shoutcloud.close, faults: faultSwitch(shoutcloud) };
}

/**
 * `tuohs worker`: one of several processes that `tuohs serve` starts. It serves until its primary asks it to drain, and ends
 * at once if the primary is gone. It ignores signals: Ctrl-C reaches all processes, and the primary then drains the workers.
 */
export function workerCommand({ environment, process }: Surroundings): Command {
  return new Command('worker').action(async () => {
    const primary = primaryLink(process);
    await runUntil(Promise.race([primary.drain, primary.gone]), async (opened) => {
      const { createApp } = await import('../app.ts');
      const app = await createApp(readConfig(environment), { worker: primary.pid });
      opened.push(() => app.close(primary.gone));
      await app.listen();
      primary.listening((question) => answer(app, question));
    });
  });
}

function answer({ inside }: App, question: Question): unknown {
  switch (question) {
    case 'metrics':
      return inside.metrics.series();
    case 'status':
      return inside.status();
    case 'pulse':
      return true;
  }
}
