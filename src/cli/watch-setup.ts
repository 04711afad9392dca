import { ConfigError } from '../config/read-config.ts';
import type { WatchWorld } from '../watch/events.ts';
import { asker } from '../watch/probe.ts';
import { type Format, formatFor, isWebhookAddress, webhook } from '../watch/receiver.ts';
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
