import { type Clock, sleepOn } from '../../src/core/clock.ts';

/** A clock that stands still until the test moves it. */
export interface FakeClock extends Clock {
  /** Moves time on; whatever becomes due runs at its own point in time, one after another, with its consequences. */
  advance(ms: number): Promise<void>;
  /** How many timers wait. */
  timers(): number;
  /** What `random` answers from now on; 0.5 until then. */
  setRandom(value: number): void;
}

export const FAKE_EPOCH_MS = Date.UTC(2030, 0, 1);

export function fakeClock(): FakeClock {
  const waiting = new Map<object, { at: number; run: () => void }>();
  let nowMs = 1000;
  let chance = 0.5;

  return {
    now: () => nowMs,
    epochMs: () => FAKE_EPOCH_MS + nowMs - 1000,
    random: () => chance,
    after,
    soon(run) {
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    },
    sleep: (ms, signal) => sleepOn({ after }, ms, signal),
    timers: () => waiting.size,
    setRandom(value) {
      chance = value;
    },
    async advance(ms) {
      const end = nowMs + ms;
      await settled();
      for (let due = nextDue(end); due !== undefined; due = nextDue(end)) {
        nowMs = Math.max(nowMs, due.at);
        waiting.delete(due.key);
        due.run();
        await settled();
      }
      nowMs = end;
    },
  };

  function after(ms: number, run: () => void): () => void {
    const key = {};
    waiting.set(key, { at: nowMs + ms, run });
    return () => waiting.delete(key);
  }

  function nextDue(end: number): { key: object; at: number; run: () => void } | undefined {
    const [first] = Array.from(waiting, ([key, timer]) => ({ key, ...timer })).sort((a, b) => a.at - b.at);
    return first && first.at <= end ? first : undefined;
  }
}

/** Resolves when every promise that could settle by itself has done so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
