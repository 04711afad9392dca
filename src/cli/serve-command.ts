import { Command } from 'commander';
import type { App } from '../app.ts';
import { ConfigError, type Environment, readConfig } from '../config/read-config.ts';
import type { Config } from '../config/settings.ts';
import type { FaultSwitch } from '../shoutcloud/fault-switch.ts';
import type { Shoutcloud } from '../shoutcloud/server.ts';
import { listenFailure } from './listen-failure.ts';
import { readableLog } from './readable-log.ts';
import { runUntil } from './run-until.ts';
import type { Surroundings } from './surroundings.ts';

interface ServeOptions {
  embeddedShoutcloud?: true;
  readableLogs?: true;
}

/** `tuohs serve`: runs the API until SIGTERM, SIGINT or SIGHUP, then drains. Fails where it must be stopped hard. */
export function serveCommand(surroundings: Surroundings): Command {
  return new Command('serve')
    .description('run the API with settings from the environment (docs/configuration.md)')
    .option('--embedded-shoutcloud', 'start a SHOUTCLOUD-compatible server as well and use that one')
    .option('--readable-logs', 'write logs for people instead of JSON lines (needs the package pino-pretty)')
    .action((options: ServeOptions) => serve(options, surroundings));
}

async function serve(
  { embeddedShoutcloud, readableLogs }: ServeOptions,
  { environment, stop }: Surroundings,
): Promise<void> {
  if (embeddedShoutcloud && environment.SHOUTCLOUD_URL !== undefined) {
    throw new ConfigError(['SHOUTCLOUD_URL and --embedded-shoutcloud are both given: choose one']);
  }
  await runUntil(stop.first, async (opened) => {
    const shoutcloud = embeddedShoutcloud ? await embedded() : undefined;
    if (shoutcloud) opened.push(shoutcloud.close);
    const settings = { ...environment, ...(shoutcloud && { SHOUTCLOUD_URL: shoutcloud.url }) };
    const config = readConfig(settings);
    const app = await appFor(config, settings, { readableLogs, shoutcloud });
    opened.push(() => app.close(stop.second));
    await app.listen().catch((error) => {
      throw listenFailure(error, {
        host: (address) => (address === config.adminHost ? 'ADMIN_HOST' : 'HOST'),
        port: (port) => (port === config.adminPort ? 'ADMIN_PORT' : 'PORT'),
      });
    });
  });
}

/** One process, or the one in front of several. Loaded only now: the other commands need none of it. */
async function appFor(
  config: Config,
  settings: Environment,
  { readableLogs, shoutcloud }: { readableLogs: true | undefined; shoutcloud: Shoutcloud | undefined },
): Promise<Pick<App, 'listen' | 'close'>> {
  const logging = readableLogs && { logTo: await readableLog() };
  if (config.webConcurrency === 1) {
    const { createApp } = await import('../app.ts');
    return createApp(config, { ...logging, faults: shoutcloud && (await breakable(shoutcloud)) });
  }
  const { createPrimary } = await import('../primary.ts');
  const args = readableLogs ? ['worker', '--readable-logs'] : ['worker'];
  return createPrimary(config, { ...logging, args, environment: settings });
}

/** Only one process alone can show what happens, and so be broken by its page. */
async function breakable(shoutcloud: Shoutcloud): Promise<FaultSwitch> {
  const { faultSwitch } = await import('../shoutcloud/fault-switch.ts');
  return faultSwitch(shoutcloud);
}

async function embedded(): Promise<Shoutcloud> {
  const { startShoutcloud } = await import('../shoutcloud/server.ts');
  return startShoutcloud();
}
