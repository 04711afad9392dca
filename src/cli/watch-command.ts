import { Command, Option } from 'commander';
import { systemClock as clock } from '../core/clock.ts';
import type { LogOutput } from '../telemetry/log-output.ts';
import type { Format } from '../watch/receiver.ts';
import type { WatchWorld } from '../watch/standing.ts';
import type { Watch } from '../watch/watch.ts';
import { durationOption, wholeNumber } from './arguments.ts';
import { ExitCode, INTERRUPTED } from './exit-code.ts';
import { clientOf, serviceUrl, URL_OPTION } from './service-url.ts';
import type { Surroundings } from './surroundings.ts';
import type { LogLine } from './watch-setup.ts';

interface WatchCommandOptions {
  url?: string;
  notify?: string[];
  format?: Format;
  interval: number;
  timeout: number;
  downAfter: number;
  upAfter: number;
  state?: string;
  once?: true;
}

/** `tuohs watch`: asks a service again and again, and tells webhooks when it goes down and when it is back. */
export function watchCommand(surroundings: Surroundings): Command {
  return new Command('watch')
    .description('watch a service from outside, and tell webhooks when it goes down and when it is back')
    .option(...URL_OPTION)
    .option(
      '--notify <address...>',
      'webhooks to tell (TUOHS_WATCH_NOTIFY, or the file that TUOHS_WATCH_NOTIFY_FILE names; else nobody)',
    )
    .addOption(
      new Option('--format <format>', 'what webhooks get (hooks.slack.com: slack, others: json)').choices(
        FORMATS,
      ),
    )
    .addOption(durationOption('--interval', 'from the start of a round to that of the next', 30_000))
    .addOption(durationOption('--timeout', 'how long each answer may take', 10_000))
    .option('--down-after <rounds>', 'failed rounds in a row until it is down', wholeNumber(1, 1000), 3)
    .option('--up-after <rounds>', 'good rounds in a row until it is up again', wholeNumber(1, 1000), 2)
    .option('--state <file>', 'where to keep what is known and owed, over restarts')
    .option('--once', 'one round only, as a job of cron')
    .addHelpText('after', MORE_HELP)
    .action((options: WatchCommandOptions, command: Command) => watch(options, command, surroundings));
}

const FORMATS: readonly Format[] = ['json', 'slack'];

const MORE_HELP = `
Each round asks for a known string and for one that nobody asked for before, which SHOUTCLOUD has to answer.
A failed round and a change are a line of JSON on standard output.

Exit codes: 0 ended by a signal, or the round of --once was good, 1 it failed, 2 wrong usage, 130 --once was
interrupted.

Examples:
  tuohs watch --url https://shout.example --notify https://ops.example/hook --state watch.json
  tuohs watch --once --timeout 2s && echo up
`;

async function watch(options: WatchCommandOptions, command: Command, surroundings: Surroundings) {
  const { environment, stop } = surroundings;
  const url = serviceUrl(options.url, environment);
  clientOf(url, {}, command);
  // The other commands need none of it.
  const { webhookAddresses } = await import('./watch-setup.ts');
  const { logOutput } = await import('../telemetry/log-output.ts');
  const addresses = webhookAddresses(options.notify, environment);
  const stopping = new AbortController();
  stop.first.then(() => stopping.abort());
  const logTo = surroundings.logTo ?? logOutput({ clock });
  await watchAt({ url, addresses }, options, { signal: stopping.signal, logTo }).finally(logTo.flushed);
}

async function watchAt(
  { url, addresses }: { url: string; addresses: readonly string[] },
  { once, format, state, timeout: timeoutMs, interval: intervalMs, downAfter, upAfter }: WatchCommandOptions,
  { signal, logTo }: { signal: AbortSignal; logTo: LogOutput },
): Promise<void> {
  const { lineOf, watchSetup } = await import('./watch-setup.ts');
  const { jsonLog } = await import('../telemetry/log-output.ts');
  const log = jsonLog({ level: 'info', logTo });
  const say = ([level, msg, facts = {}]: LogLine) => log[level](facts, msg);
  const world: WatchWorld = { clock, emit: (event) => say(lineOf(event)) };
  const thresholds = { downAfter, upAfter };
  const setup = {
    ...{ url, timeoutMs, addresses, format, ...thresholds },
    ...{ stateFile: state, isOnce: once === true },
  };
  const running = await watchSetup(setup, signal, world);
  try {
    if (once) return await watchOnce(running, signal);
    say(['info', 'watching', { url, intervalMs, timeoutMs, ...thresholds, webhooks: addresses.length }]);
    await running.every(intervalMs);
  } finally {
    await running.settled();
  }
}

async function watchOnce(running: Watch, signal: AbortSignal): Promise<void> {
  try {
    const { failure } = await running.once();
    if (failure) throw new ExitCode(1);
  } catch (error) {
    throw signal.aborted ? new ExitCode(INTERRUPTED) : error;
  }
}
