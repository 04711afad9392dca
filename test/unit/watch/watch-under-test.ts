import type { PlayRound, Round } from '../../../src/watch/round.ts';
import { firstStanding, type Thresholds, type WatchEvent } from '../../../src/watch/standing.ts';
import type { StateStore } from '../../../src/watch/state-store.ts';
import { startWatch } from '../../../src/watch/watch.ts';
import type { Notification, WatchState } from '../../../src/watch/watch-state.ts';
import { FAKE_EPOCH_MS, fakeClock } from '../../support/fake-clock.ts';

export const URL = 'https://shout.example';

/** The start of the round with this number. A round begins each minute. */
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

/** A store in memory. The next watch with the same store goes on from its state. */
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

/** A receiver that can be made to refuse all notifications, and a list of those that it has accepted. */
export function fakeReceiver() {
  const got: Notification[] = [];
  const receiver = {
    ...{ got, isWell: true },
    async send(notification: Notification) {
      if (!receiver.isWell) return 'status 503';
      got.push(notification);
      return undefined;
    },
  };
  return receiver;
}

interface WatchParts {
  readonly receivers?: Parameters<typeof startWatch>[0]['receivers'];
  readonly store?: ReturnType<typeof memoryStore>;
  readonly thresholds?: Thresholds;
  /** The number of its first round. */
  readonly from?: number;
}

/** A watch that has just started, with a receiver of its own unless others are given. */
export async function watchOf({ thresholds = { downAfter: 3, upAfter: 2 }, ...parts }: WatchParts = {}) {
  const receiver = fakeReceiver();
  const { receivers = [receiver], store = memoryStore(), from = 1 } = parts;
  const { events, emit } = recordedEvents();
  const { signal } = new AbortController();
  const options = { url: URL, ...thresholds };
  let number = from;
  let isGood = true;
  const playRound: PlayRound = async () => roundNo(number++, isGood);
  const world = { emit, clock: fakeClock() };
  const watch = await startWatch({ playRound, receivers, store, signal }, options, world);
  return { ...{ receiver, store, events, once, play }, got: receiver.got };

  /** Plays a good round (`u`) or a failed round (`d`), and does not wait for notifications. */
  function once(letter: string): Promise<Round> {
    isGood = letter === 'u';
    return watch.once();
  }

  /** Plays the rounds of a word, and lets all notifications settle after each. */
  async function play(word: string): Promise<void> {
    for (const letter of word) {
      await once(letter);
      await watch.settled();
    }
  }
}
