import type { Receiver } from '../../../src/watch/receiver.ts';
import type { Round } from '../../../src/watch/round.ts';
import {
  firstStanding,
  type Notification,
  type Thresholds,
  type WatchEvent,
} from '../../../src/watch/standing.ts';
import type { StateStore, WatchState } from '../../../src/watch/state-store.ts';
import { startWatch } from '../../../src/watch/watch.ts';
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

/** Keeps the state for the next watch on it. */
export function memoryStore(): StateStore & { saved: WatchState | undefined } {
  return {
    saved: undefined,
    async load() {
      return this.saved;
    },
    async save(state) {
      this.saved = state;
    },
  };
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

export interface WatchUnderTest {
  /** Plays rounds from a word, `u` for a good one and `d` for a failed one, and lets all notifications settle after each. */
  play(word: string): Promise<void>;
  /** Plays one such round, and does not wait for notifications. */
  once(letter: string): Promise<Round>;
}

/** A watch on this store, as it is after a start. Its rounds begin with this number. */
export async function watchOf(
  receivers: readonly Receiver[],
  {
    store = memoryStore(),
    thresholds = { downAfter: 3, upAfter: 2 },
    world = recordedEvents(),
    from = 1,
  }: {
    store?: StateStore;
    thresholds?: Thresholds;
    world?: ReturnType<typeof recordedEvents>;
    from?: number;
  } = {},
): Promise<WatchUnderTest> {
  const { signal } = new AbortController();
  let number = from;
  let isGood = true;
  const playRound = async () => roundNo(number++, isGood);
  const parts = { playRound, receivers, store, signal };
  const watch = await startWatch(parts, { url: URL, ...thresholds }, { ...world, clock: fakeClock() });
  const once = (letter: string) => {
    isGood = letter === 'u';
    return watch.once();
  };
  return {
    once,
    async play(word) {
      for (const letter of word) {
        await once(letter);
        await watch.settled();
      }
    },
  };
}
