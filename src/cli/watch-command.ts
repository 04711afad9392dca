import { Command, Option } from 'commander';
import { ConfigError, type Environment, secretText } from '../config/read-config.ts';
import { systemClock as clock } from '../core/clock.ts';
import { messageOf, wordsOf } from '../core/text-values.ts';
import { type Format, formatFor, isWebhookAddress, webhook } from '../watch/receiver.ts';
import { asker } from '../watch/round.ts';
import type { WatchEvent, WatchWorld } from '../watch/standing.ts';
import { fileStateStore, memoryStateStore } from '../watch/state-store.ts';
import { startWatch, type Watch } from '../watch/watch.ts';
import { clientOf, durationOption, serviceUrl, URL_OPTION, wholeNumber } from './arguments.ts';
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
      'webhooks to notify (TUOHS_WATCH_NOTIFY, or the file that TUOHS_WATCH_NOTIFY_FILE names; else none)',
    )
    .addOption(
      new Option('--format <format>', 'what webhooks get (hooks.slack.com: slack, others: json)').choices(
        FORMATS,
      ),
    )
    .addOption(durationOption('--interval', 'from the start of a round to that of the next', 30_000))
    .addOption(durationOption('--timeout', 'how long each answer can take', 10_000))
    .option('--down-after <rounds>', 'failed rounds in a row until it is down', wholeNumber(1, 1000), 3)
    .option('--up-after <rounds>', 'good rounds in a row until it is up again', wholeNumber(1, 1000), 2)
    .option('--state <file>', 'file that keeps the state and undelivered notifications over restarts')
    .option('--once', 'one round only, as a job of cron')
    .addHelpText('after', MORE_HELP)
    .action((options: WatchCommandOptions, command: Command) => watch(options, command, surroundings));
}

const FORMATS: readonly Format[] = ['json', 'slack'];

const MORE_HELP = `
Each round asks for a known string and for a new one, which SHOUTCLOUD has to answer.
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
  const addresses = webhookAddresses(options.notify, environment);
  const stopping = new AbortController();
  stop.first.then(() => stopping.abort());
  const target: Target = { url, addresses, signal: stopping.signal };
  const { log, flushed } = await openLog(surroundings, clock);
  await watchTarget(target, options, log).finally(flushed);
}

interface Target {
  readonly url: string;
  /** The addresses of webhooks. They are secrets, so no message shows them. */
  readonly addresses: readonly string[];
  readonly signal: AbortSignal;
}

async function watchTarget(
  target: Target,
  options: WatchCommandOptions,
  log: Record<'info' | 'warn' | 'error', (facts: object, words: string) => void>,
): Promise<void> {
  const { url, addresses, signal } = target;
  const { timeout: timeoutMs, interval: intervalMs, downAfter, upAfter } = options;
  const emit = ({ type, ...facts }: WatchEvent) => {
    const [level, words] = LINES[type];
    log[level](facts, words);
  };
  const running = await setUp(target, options, { clock, emit });
  try {
    if (options.once) return await watchOnce(running, signal);
    const facts = { url, intervalMs, timeoutMs, downAfter, upAfter, webhooks: addresses.length };
    log.info(facts, 'watching');
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

/** A watch that has not begun. Throws a `ConfigError` that names all that is wrong with the set-up. */
async function setUp(
  { url, addresses, signal }: Target,
  { timeout: timeoutMs, downAfter, upAfter, format, state, once }: WatchCommandOptions,
  world: WatchWorld,
): Promise<Watch> {
  const problems = addresses.flatMap((address, i) =>
    isWebhookAddress(address) ? [] : [`webhook ${i + 1} is not an http or https address without password`],
  );
  if (once && addresses.length > 0 && state === undefined) {
    problems.push('--once with webhooks needs --state: without it, what happened before is unknown');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const receivers = addresses.map((address) =>
    webhook({ address, format: format ?? formatFor(address) }, clock),
  );
  const store = state === undefined ? memoryStateStore() : fileStateStore(state, world);
  const parts = { ask: asker({ url, timeoutMs }, clock), receivers, store, signal };
  try {
    return await startWatch(parts, { url, downAfter, upAfter }, world);
  } catch (error) {
    throw new ConfigError([`the state cannot be kept: ${messageOf(error)}`]);
  }
}

const NOTIFY_VARIABLE = 'TUOHS_WATCH_NOTIFY';

/**
 * The addresses that `--notify` gives; else those of the environment variable, or of the file that its `_FILE` twin names,
 * with white space between them. Throws a `ConfigError` if the file cannot be read, or if both are set.
 */
function webhookAddresses(option: readonly string[] | undefined, environment: Environment): string[] {
  if (option) return [...option];
  try {
    return wordsOf(secretText(NOTIFY_VARIABLE, environment) ?? '');
  } catch (error) {
    throw new ConfigError([messageOf(error)]);
  }
}

/** The level and the words of the log line of each event. Its facts follow. */
const LINES: { readonly [Type in WatchEvent['type']]: readonly ['info' | 'warn' | 'error', string] } = {
  'round-failed': ['warn', 'a round failed'],
  down: ['error', 'down'],
  up: ['info', 'up again'],
  'not-delivered': ['error', 'a notification was not delivered; it is tried again at the next round'],
  dropped: ['error', 'too many notifications are owed; two were dropped'],
  'state-broken': ['warn', 'the state file holds no state; the watch begins anew'],
  'state-of-another': ['warn', 'the state file is of another address; the watch begins anew'],
  'state-not-saved': ['error', 'the state was not saved; it is tried again at the next round'],
};
