import TinyQueue from 'tinyqueue';
import { type Clock, sleepOn } from '../../src/core/clock.ts';

/** A clock that stands still until the test moves it. */
export interface FakeClock extends Clock {
  /** Moves the time forward and runs each timer that is due, in order. All consequences of a timer run before the next timer. */
  advance(ms: number): Promise<void>;
  /** How many timers are waiting. */
  timers(): number;
  /** Sets what `random` returns from now on. At first it is 0.5. */
  setRandom(value: number): void;
}

export interface FakeClockOptions {
  /** The source of `random`. */
  readonly random?: () => number;
  /** Orders timers that are due at the same time. By default, they run in the order in which they were set. */
  readonly tie?: () => number;
  /** Called when all consequences of a timer are done. If it throws, `advance` rejects. */
  readonly onStep?: () => void;
  /** How many timers run before the event loop checks sockets again. A test without sockets is faster with a large number. */
  readonly burst?: number;
}

interface Timer {
  readonly at: number;
  /** Orders timers that are due at the same time. If their `tie` is equal, too, the timer with the lower `order` runs first. */
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

  /** The next timer. Removes the cancelled timers before it, because they stay in the queue until then. */
  function nextTimer(): Timer | undefined {
    while (queue.length > 0 && !queue.peek()?.run) queue.pop();
    return queue.peek();
  }

  /** Runs the next timer or everything planned with `soon`. Returns true if no timer is due until `end`. */
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
 * Calls `turn` until it returns true. Between two calls, all promises that can settle do so, because Node empties its queue of
 * microtasks after each immediate.
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

/** Resolves when every promise that can settle has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
