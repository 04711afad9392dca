import { Command } from 'commander';
import type { DestinationStream } from 'pino';
import { readConfig } from '../config/read-config.ts';
import type { Shoutcloud } from '../shoutcloud/shoutcloud.ts';
import { keepHeapSmall } from './small-heap.ts';
import type { Surroundings } from './surroundings.ts';

interface ServeOptions {
  embeddedShoutcloud?: true;
  readableLogs?: true;
}

/** `tuohs serve`: runs the API until SIGTERM or SIGINT, then drains. Fails where it must be stopped hard. */
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
  const shoutcloud = embeddedShoutcloud ? await embedded() : undefined;
  const config = readConfig({ ...environment, ...(shoutcloud && { SHOUTCLOUD_URL: shoutcloud.url }) });
  // The other commands need none of it.
  const { createApp, loadTraces } = await import('../app.ts');
  const makeTraces = await loadTraces(config);
  const app = createApp(config, { makeTraces, ...(readableLogs && { logTo: await readableLog() }) });
  try {
    await app.listen();
    keepHeapSmall();
    await stop.first;
  } finally {
    await app.close(stop.second);
    await shoutcloud?.close();
  }
}

async function embedded(): Promise<Shoutcloud> {
  const { startShoutcloud } = await import('../shoutcloud/server.ts');
  return startShoutcloud();
}

/** Loaded only here: production neither has nor needs it. */
async function readableLog(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ ignore: 'pid,hostname', singleLine: true, sync: true });
}
