import type { WatchWorld } from './events.ts';
import type { Ask } from './probe.ts';
import type { Receiver } from './receiver.ts';
import { playRound, type Round } from './round.ts';
import { firstStanding, type Thresholds } from './standing.ts';
import type { StateStore } from './state-store.ts';
import { KeptState, stateFrom, Watcher } from './watcher.ts';

export interface WatchOptions extends Thresholds {
  /** The watched address, for the state and the notifications. */
  readonly url: string;
}

export interface WatchParts {
  readonly ask: Ask;
  readonly receivers: readonly Receiver[];
  readonly store: StateStore;
  /** Aborts when the watch is to end. */
  readonly signal: AbortSignal;
}

export interface Watch {
  /** One round. Resolves when the state is saved; receivers are notified meanwhile. Rejects only when the signal aborts. */
  once(): Promise<Round>;
  /** A round each interval, one after the other, until the signal aborts. */
  every(intervalMs: number): Promise<void>;
  /** Resolves when no notification is under way and everything is saved. */
  settled(): Promise<void>;
}

/** A watch that goes on from the saved state. Rejects if the state cannot be read or written. */
export async function startWatch(
  { ask, receivers, store, signal }: WatchParts,
  { url, ...thresholds }: WatchOptions,
  world: WatchWorld,
): Promise<Watch> {
  const { clock } = world;
  const at = new Date(clock.epochMs()).toISOString();
  const beginning = { version: 1 as const, url, ...firstStanding(at), owed: [] };
  const state = new KeptState(await stateFrom(store, beginning, world), store, world);
  const watcher = new Watcher({ receivers, state, signal }, thresholds, world);
  return { once, every, settled: () => watcher.settled() };

  async function once(): Promise<Round> {
    const round = await playRound(ask, clock, signal);
    await watcher.conclude(round);
    return round;
  }

  async function every(intervalMs: number): Promise<void> {
    try {
      for (;;) {
        const startedAt = clock.now();
        await once();
        await clock.sleep(Math.max(0, startedAt + intervalMs - clock.now()), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
