import type { Receiver } from '../../../src/watch/receiver.ts';
import type { Round } from '../../../src/watch/round.ts';
import {
  firstStanding,
  type Notification,
  type Thresholds,
  type WatchEvent,
} from '../../../src/watch/standing.ts';
import type { WatchState } from '../../../src/watch/state-store.ts';
import { memoryStateStore, type StateStore } from '../../../src/watch/state-store.ts';
import { startWatcher, type Watcher } from '../../../src/watch/watch.ts';
import { FAKE_EPOCH_MS, fakeClock } from '../../support/fake-clock.ts';

export const URL = 'https://shout.example';

/** When the round with this number begins: one a minute. */
export function at(round: number): string {
  return new Date(FAKE_EPOCH_MS + round * 60_000).toISOString();
}

export function roundNo(number: number, isGood: boolean): Round {
  const failure = isGood ? undefined : { cause: 'service' as const, reason: 'nothing is answered' };
  return { at: at(number), freshMs: 20, knownMs: 10, failure };
}

export const FIRST_STATE: WatchState = { version: 1, url: URL, ...firstStanding(at(0)), owed: [] };

export function recordedEvents() {
  const events: WatchEvent[] = [];
  return { events, emit: (event: WatchEvent) => void events.push(event) };
}

export interface FakeReceiver extends Receiver {
  readonly got: Notification[];
  isWell: boolean;
}

export function fakeReceiver(): FakeReceiver {
  const receiver: FakeReceiver = {
    got: [],
    isWell: true,
    async send(notification) {
      if (!receiver.isWell) return 'status 503';
      receiver.got.push(notification);
      return undefined;
    },
  };
  return receiver;
}

/** A watcher on this store, as it is after a start. */
export async function watcherOn(
  receivers: readonly Receiver[],
  {
    store = memoryStateStore(),
    thresholds = { downAfter: 3, upAfter: 2 },
    world = recordedEvents(),
    signal = new AbortController().signal,
  }: {
    store?: StateStore;
    thresholds?: Thresholds;
    world?: ReturnType<typeof recordedEvents>;
    signal?: AbortSignal;
  },
): Promise<Watcher> {
  const options = { url: URL, ...thresholds };
  return startWatcher({ receivers, store, signal }, options, { ...world, clock: fakeClock() });
}

/** Rounds from a word: `u` is a good one, `d` a failed one. */
export async function play(watcher: Watcher, word: string, from = 1): Promise<void> {
  for (const [i, letter] of [...word].entries()) {
    await watcher.conclude(roundNo(from + i, letter === 'u'));
    await watcher.settled();
  }
}
