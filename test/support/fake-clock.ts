import TinyQueue from 'tinyqueue';
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

export interface FakeClockOptions {
  /** Where `random` comes from. */
  readonly random?: () => number;
  /** Orders what is due at the same instant; in order of arrival unless given. */
  readonly tie?: () => number;
  /** Called when all consequences of what was due are done. What it throws ends `advance`. */
  readonly onStep?: () => void;
  /** How many timers run before the event loop looks at sockets again: many are fast where there are none. */
  readonly burst?: number;
}

interface Timer {
  readonly at: number;
  /** Decides between timers that are due at the same instant, before their order of arrival does. */
  readonly tie: number;
  readonly order: number;
  run: (() => void) | undefined;
}

function byDueTime(one: Timer, other: Timer): number {
  return one.at - other.at || one.tie - other.tie || one.order - other.order;
}

export const FAKE_EPOCH_MS = Date.UTC(2030, 0, 1);

export function fakeClock(options: FakeClockOptions = {}): FakeClock {
  const { tie = () => 0, onStep = () => {}, burst = 1 } = options;
  const queue = new TinyQueue<Timer>([], byDueTime);
  const soon = new Set<() => void>();
  let nowMs = 1000;
  let count = 0;
  let waiting = 0;
  let random = options.random ?? (() => 0.5);

  return {
    now: () => nowMs,
    epochMs: () => FAKE_EPOCH_MS + nowMs - 1000,
    random: () => random(),
    after,
    soon(run) {
      soon.add(run);
      if (soon.size === 1) setImmediate(runSoon);
      return () => soon.delete(run);
    },
    sleep: (ms, signal) => sleepOn({ after }, ms, signal),
    timers: () => waiting,
    setRandom(value) {
      random = () => value;
    },
    advance(ms) {
      const end = nowMs + ms;
      return turns(burst, () => {
        onStep();
        const isOver = runNext(end);
        if (isOver) nowMs = end;
        return isOver;
      });
    },
  };

  function after(ms: number, run: () => void): () => void {
    const timer: Timer = { at: nowMs + ms, tie: tie(), order: count++, run };
    queue.push(timer);
    waiting++;
    return () => {
      if (timer.run) waiting--;
      timer.run = undefined;
    };
  }

  /** The next timer; cancelled ones leave the queue when they come to its top. */
  function nextTimer(): Timer | undefined {
    while (queue.length > 0 && !queue.peek()?.run) queue.pop();
    return queue.peek();
  }

  /** Whether there was nothing left to run until `end`. */
  function runNext(end: number): boolean {
    if (soon.size > 0) {
      runSoon();
      return false;
    }
    const timer = nextTimer();
    if (!timer || timer.at > end) return true;
    queue.pop();
    nowMs = Math.max(nowMs, timer.at);
    const { run } = timer;
    timer.run = undefined;
    waiting--;
    run?.();
    return false;
  }

  function runSoon(): void {
    const due = [...soon];
    soon.clear();
    for (const run of due) run();
  }
}

/**
 * Calls `turn` until it says that it is over. All promises that can settle by themselves do so between two calls, for
 * Node empties its queue of microtasks after each immediate.
 */
function turns(burst: number, turn: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    plan();

    function plan(): void {
      for (let i = 0; i < burst; i++) setImmediate(take);
      setImmediate(() => {
        if (!isOver) plan();
      });
    }

    function take(): void {
      if (isOver) return;
      try {
        isOver = turn();
        if (isOver) resolve();
      } catch (error) {
        isOver = true;
        reject(error);
      }
    }
  });
}

/** Resolves when every promise that could settle by itself has done so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
