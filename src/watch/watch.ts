import type { Receiver } from './receiver.ts';
import { type Ask, playRound, type Round } from './round.ts';
import {
  afterRound,
  type Notification,
  notificationOf,
  type Thresholds,
  type WatchWorld,
} from './standing.ts';
import { keptState, type StateStore } from './state-store.ts';

export interface WatchOptions extends Thresholds {
  /** The watched address, for the state and the notifications. */
  readonly url: string;
}

export interface WatchParts extends WatcherParts {
  readonly ask: Ask;
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
  { ask, ...parts }: WatchParts,
  options: WatchOptions,
  world: WatchWorld,
): Promise<Watch> {
  const { clock } = world;
  const { signal } = parts;
  const watcher = await startWatcher(parts, options, world);
  return { once, every, settled: watcher.settled };

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

export interface WatcherParts {
  readonly receivers: readonly Receiver[];
  readonly store: StateStore;
  /** Aborts when the watch is to end and no more notifications are to be sent. */
  readonly signal: AbortSignal;
}

/** Evaluates rounds. */
export interface Watcher {
  /** Resolves when the state is saved. Receivers are notified meanwhile, and the next round does not wait for them. */
  conclude(round: Round): Promise<void>;
  /** Resolves when no notification is under way and everything that can be saved is saved. */
  settled(): Promise<void>;
}

// Enough for some days without the webhook, even if the service goes up and down all the time.
const MOST_OWED = 1000;

/**
 * Saves the state, and sends each receiver a notification of every change, oldest first. What could not be delivered to
 * one of them is sent to it again after the next round. Rejects if the state cannot be read or written at the start.
 */
export async function startWatcher(
  { receivers, store, signal }: WatcherParts,
  { url, ...thresholds }: WatchOptions,
  world: WatchWorld,
): Promise<Watcher> {
  const { emit } = world;
  const state = await keptState(store, url, world);
  const sending = new Map<number, Promise<void>>();

  return {
    async conclude(round) {
      const { owed, ...before } = state.value;
      const after = afterRound(before, round, thresholds);
      const { failure, freshMs, knownMs } = round;
      if (failure) emit({ type: 'round-failed', ...failure, freshMs, knownMs });
      const news = after.status === before.status ? [] : [notificationOf({ before, after }, round, url)];
      for (const { status: type, ...facts } of news) emit({ type, ...facts });
      const owing = receivers.map((_, i) => bounded([...(owed[i] ?? []), ...news], i));
      const isChanged = after !== before || news.length > 0 || owed.length !== owing.length;
      await (isChanged ? state.change({ ...before, ...after, owed: owing }) : state.settled());
      for (const [i, receiver] of receivers.entries()) {
        if (!sending.has(i))
          sending.set(
            i,
            send(receiver, i).finally(() => sending.delete(i)),
          );
      }
    },
    async settled() {
      await Promise.all(sending.values());
      await state.settled();
    },
  };

  /** Drops a pair if there are too many, so that down and up still take turns. Keeps the first, which can be under way. */
  function bounded(owed: readonly Notification[], i: number): readonly Notification[] {
    if (owed.length <= MOST_OWED) return owed;
    emit({ type: 'dropped', receiver: i + 1 });
    return owed.toSpliced(1, 2);
  }

  async function send(receiver: Receiver, i: number): Promise<void> {
    for (let next = state.value.owed[i]?.[0]; next; next = state.value.owed[i]?.[0]) {
      const reason = await receiver.send(next, signal);
      if (reason !== undefined) {
        if (!signal.aborted) emit({ type: 'not-delivered', receiver: i + 1, status: next.status, reason });
        return;
      }
      const left = state.value.owed[i]?.filter((owed) => owed !== next) ?? [];
      await state.change({ ...state.value, owed: state.value.owed.with(i, left) });
    }
  }
}
