import { Command, Option } from 'commander';
import { ConfigError, type Environment, secretText } from '../config/read-config.ts';
import { systemClock as clock } from '../core/clock.ts';
import { isHttpAddress, messageOf, wordsOf } from '../core/text-values.ts';
import { type Format, webhook } from '../watch/receiver.ts';
import { roundPlayer } from '../watch/round.ts';
import type { WatchEvent } from '../watch/standing.ts';
import { fileStateStore, noStateStore } from '../watch/state-store.ts';
import { startWatch, type Watch } from '../watch/watch.ts';
import { durationOption, serviceUrl, URL_OPTION, wholeNumber } from './arguments.ts';
import { ExitCode, INTERRUPTED, openLog, type Surroundings } from './own-process.ts';

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

/** `tuohs watch`: asks a service again and again, and notifies webhooks when it goes down and when it is back. */
export function watchCommand(surroundings: Surroundings): Command {
  return new Command('watch')
    .description('watch a service from outside, and notify webhooks when it goes down and when it is back')
    .option(...URL_OPTION)
    .option(
      '--notify <address...>',
      'webhooks to notify (by default those in TUOHS_WATCH_NOTIFY, or in the file that TUOHS_WATCH_NOTIFY_FILE names)',
    )
    .addOption(new Option('--format <format>', FORMAT_HELP).choices(['json', 'slack']))
    .addOption(durationOption('--interval', 'time between the starts of two rounds', 30_000))
    .addOption(durationOption('--timeout', 'how long each answer can take', 10_000))
    .option('--down-after <rounds>', 'failed rounds in a row until it is down', wholeNumber(1, 1000), 3)
    .option('--up-after <rounds>', 'good rounds in a row until it is up again', wholeNumber(1, 1000), 2)
    .option('--state <file>', 'file that keeps the state and undelivered notifications over restarts')
    .option('--once', 'one round only, for a cron job')
    .addHelpText('after', MORE_HELP)
    .action((options: WatchCommandOptions, command: Command) => {
      // At a second signal, ends without waiting for the state file, because its disk could hang.
      const givenUp = surroundings.stop.second.then(() => Promise.reject(new ExitCode(INTERRUPTED)));
      return Promise.race([watch(options, command, surroundings), givenUp]);
    });
}

const FORMAT_HELP = 'format of notifications (by default slack for hooks.slack.com, json for others)';

const MORE_HELP = `
Each round asks for a known text and for a new one, which SHOUTCLOUD has to
answer. Each failed round and each change is a line of JSON on standard output.

Exit codes: 0 a signal ended it, or the round of --once was good, 1 that round
or the watch itself failed, 2 wrong usage, 130 --once was interrupted, or a
second signal ended it.

Examples:
  tuohs watch --url https://shout.example --state watch.json \\
    --notify https://ops.example/hook
  tuohs watch --once --timeout 2s && echo up
`;

async function watch(options: WatchCommandOptions, command: Command, surroundings: Surroundings) {
  const { interval: intervalMs, timeout: timeoutMs, downAfter, upAfter, state, once } = options;
  const url = serviceUrl(options.url, surroundings.environment, command);
  const addresses = webhookAddresses(options, surroundings.environment);
  const receivers = addresses.map((address) => webhook({ address, format: options.format }, clock));
  const { log, flushed } = await openLog(surroundings, clock);
  const emit = ({ type, ...facts }: WatchEvent) => {
    const [level, words] = LINES[type];
    log[level](facts, words);
  };
  const stopping = new AbortController();
  surroundings.stop.first.then(() => stopping.abort());
  const { signal } = stopping;
  const playRound = roundPlayer({ url, timeoutMs }, clock);
  const store = state === undefined ? noStateStore : fileStateStore(state, { emit });
  const parts = { playRound, receivers, store, signal };
  try {
    const running = await startWatch(parts, { url, downAfter, upAfter }, { clock, emit }).catch((error) => {
      throw new ConfigError([`the state cannot be kept: ${messageOf(error)}`]);
    });
    const facts = { url, intervalMs, timeoutMs, downAfter, upAfter, webhooks: addresses.length };
    if (!once) log.info(facts, 'watching');
    await played(running, options, signal).finally(running.settled);
  } finally {
    await flushed();
  }
}

async function played(
  watch: Watch,
  { once, interval }: WatchCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!once) return watch.every(interval);
  const { failure } = await watch.once().catch((error) => {
    throw signal.aborted ? new ExitCode(INTERRUPTED) : error;
  });
  if (failure) throw new ExitCode(1);
}

/**
 * The addresses of `--notify`. Without it, those in TUOHS_WATCH_NOTIFY, or in the file that TUOHS_WATCH_NOTIFY_FILE names,
 * separated by white space. Throws a `ConfigError` that names every problem with them.
 */
function webhookAddresses({ notify, once, state }: WatchCommandOptions, environment: Environment): string[] {
  const addresses = notify ?? wordsOf(secretText('TUOHS_WATCH_NOTIFY', environment) ?? '');
  const problems = addresses.flatMap((address, i) =>
    isHttpAddress(address)
      ? []
      : [`webhook ${i + 1} must be an http:// or https:// address without a password`],
  );
  if (once && addresses.length > 0 && state === undefined) {
    problems.push('--once with webhooks needs --state: without it, what happened before is unknown');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return addresses;
}

/** The level and the message of the log line for each event. The line also has the fields of the event. */
const LINES: { readonly [Type in WatchEvent['type']]: readonly ['info' | 'warn' | 'error', string] } = {
  'round-failed': ['warn', 'a round failed'],
  down: ['error', 'down'],
  up: ['info', 'up again'],
  'not-delivered': ['error', 'a notification was not delivered; it is tried again at the next round'],
  dropped: ['error', 'too many notifications wait for a webhook; two were dropped'],
  'state-broken': ['warn', 'the state file holds no state; the watch starts without one'],
  'state-of-another': ['warn', 'the state file belongs to another address; the watch starts without it'],
  'state-not-saved': ['error', 'the state was not saved; it is tried again at the next round'],
};
