import { Command } from 'commander';
import type { DestinationStream } from 'pino';
import { createApp } from '../app.ts';
import { readConfig } from '../config/read-config.ts';
import { systemClock } from '../core/clock.ts';
import { startShoutcloud } from '../shoutcloud/server.ts';
import type { Surroundings } from './surroundings.ts';

interface ServeOptions {
  embeddedShoutcloud?: true;
  readableLogs?: true;
}

// Longer than any drain and any deadline together; Kubernetes kills ten seconds later.
const HARD_STOP_MS = 20_000;

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
  const shoutcloud = embeddedShoutcloud ? await startShoutcloud() : undefined;
  const config = readConfig({ ...environment, ...(shoutcloud && { SHOUTCLOUD_URL: shoutcloud.url }) });
  const app = createApp(config, readableLogs && { logTo: await readableLog() });
  try {
    await app.listen();
    await stop.first;
  } finally {
    await Promise.race([app.close(), hardStop(stop.second)]);
    await shoutcloud?.close();
  }
}

async function hardStop(secondSignal: Promise<void>): Promise<void> {
  await Promise.race([secondSignal, systemClock.sleep(HARD_STOP_MS)]);
  throw new Error('stopped before everything was answered');
}

/** Loaded only here: production neither has nor needs it. */
async function readableLog(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ ignore: 'pid,hostname', singleLine: true });
}
