import { ConfigError, type Environment, secretText } from '../config/read-config.ts';
import { type Format, formatFor, isWebhookAddress, webhook } from '../watch/receiver.ts';
import { asker } from '../watch/round.ts';
import type { WatchEvent, WatchWorld } from '../watch/standing.ts';
import { fileStateStore, memoryStateStore } from '../watch/state-store.ts';
import { startWatch, type Watch, type WatchOptions } from '../watch/watch.ts';

export interface WatchSetup extends WatchOptions {
  /** How long each answer may take. */
  readonly timeoutMs: number;
  /** Of webhooks: secrets, which no message may show. */
  readonly addresses: readonly string[];
  /** What all of them get; undefined: each what it wants by its host. */
  readonly format: Format | undefined;
  /** The file for the state; undefined: it ends with the process. */
  readonly stateFile: string | undefined;
  readonly isOnce: boolean;
}

/** A watch, set up and not begun. Throws a `ConfigError` that names all that is wrong with the set-up. */
export async function watchSetup(setup: WatchSetup, signal: AbortSignal, world: WatchWorld): Promise<Watch> {
  const { addresses, format, stateFile } = setup;
  const problems = problemsOf(setup);
  if (problems.length > 0) throw new ConfigError(problems);
  const receivers = addresses.map((address) =>
    webhook({ address, format: format ?? formatFor(address) }, world.clock),
  );
  const ask = asker(setup, world.clock);
  const store = stateFile === undefined ? memoryStateStore() : fileStateStore(stateFile, world);
  try {
    return await startWatch({ ask, receivers, store, signal }, setup, world);
  } catch (error) {
    throw new ConfigError([`the state cannot be kept: ${error instanceof Error ? error.message : error}`]);
  }
}

function problemsOf({ addresses, stateFile, isOnce }: WatchSetup): string[] {
  const problems = addresses.flatMap((address, i) =>
    isWebhookAddress(address) ? [] : [`webhook ${i + 1} is not an http or https address without password`],
  );
  if (isOnce && addresses.length > 0 && stateFile === undefined) {
    problems.push('--once with webhooks needs --state: without it nobody knows what happened before');
  }
  return problems;
}

const NOTIFY_VARIABLE = 'TUOHS_WATCH_NOTIFY';

/**
 * The addresses that `--notify` gives; else those of the environment variable, or of the file that its `_FILE` twin names,
 * with white space between them. Throws a `ConfigError` if the file cannot be read, or if both are set.
 */
export function webhookAddresses(option: readonly string[] | undefined, environment: Environment): string[] {
  if (option) return [...option];
  try {
    return (secretText(NOTIFY_VARIABLE, environment) ?? '').split(/\s+/).filter((address) => address !== '');
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}

/** How bad it is, what happened in constant words, and the facts. */
export type LogLine = readonly [level: 'info' | 'warn' | 'error', msg: string, facts?: object];

/** The log line of an event. */
export function lineOf(event: WatchEvent): LogLine {
  switch (event.type) {
    case 'round-failed': {
      const { freshMs, knownMs } = event.round;
      return ['warn', 'a round failed', { ...event.failure, freshMs, knownMs }];
    }
    case 'changed': {
      const { status, ...facts } = event.notification;
      return status === 'down' ? ['error', 'down', facts] : ['info', 'up again', facts];
    }
    case 'not-delivered': {
      const { type: _, ...facts } = event;
      return ['error', 'a notification was not delivered; it is tried again at the next round', facts];
    }
    case 'dropped':
      return ['error', 'too many notifications are owed; two were dropped', { receiver: event.receiver }];
    case 'state-broken':
      return ['warn', 'the state file holds no state; the watch begins anew'];
    case 'state-of-another':
      return ['warn', 'the state file is of another address; the watch begins anew', { url: event.url }];
    case 'state-not-saved':
      return [
        'error',
        'the state was not saved; it is tried again at the next round',
        { reason: event.reason },
      ];
  }
}
