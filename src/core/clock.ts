import type { LeaveSignal } from './leave-signal.ts';

/** Stops a timer that has not run yet. Has no effect afterwards. */
export type Cancel = () => void;

/** The only source of time and random numbers for our code, so that tests and the simulation control both. */
export interface Clock {
  /** Milliseconds of a monotonic clock, for durations and deadlines. */
  now(): number;
  /** Milliseconds since 1970, for dates that leave the process. */
  epochMs(): number;
  /** A random number, uniform in [0, 1). */
  random(): number;
  /** Runs `run` once, after `ms` milliseconds, unless it is cancelled. */
  after(ms: number, run: () => void): Cancel;
  /** Runs `run` when everything that has arrived by now has been read, and before the event loop waits again. */
  soon(run: () => void): Cancel;
  /** Resolves after `ms` milliseconds. Rejects with the signal's reason as soon as the signal aborts. */
  sleep(ms: number, signal?: LeaveSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  random: () => Math.random(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  soon(run) {
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  },
  sleep: (ms, signal) => sleepOn(systemClock, ms, signal),
};

/** `sleep` for any clock that has `after`. */
export function sleepOn(clock: Pick<Clock, 'after'>, ms: number, signal?: LeaveSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort);
  });
}

/** Settles as `work` does, or resolves with `undefined` after `ms` milliseconds. */
export function within<T>(clock: Pick<Clock, 'after'>, ms: number, work: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const cancel = clock.after(ms, () => late.resolve(undefined));
  return Promise.race([work, late.promise]).finally(cancel);
}

/**
 * Runs `run` after `ms` milliseconds, and after everything that has arrived by then was read. If it did not wait for the reading,
 * a late event loop would turn an answer that came in time into a timeout.
 */
export function afterReading(clock: Pick<Clock, 'after' | 'soon'>, ms: number, run: () => void): Cancel {
  let cancel = clock.after(ms, () => {
    cancel = clock.soon(run);
  });
  return () => cancel();
}

/** Returns whether something has happened at least `times` times in the last `withinMs` milliseconds. */
export function burst(times: number, withinMs: number, { now }: Pick<Clock, 'now'>) {
  const lastMs = new Float64Array(times).fill(Number.NEGATIVE_INFINITY);
  let oldest = 0;

  return {
    add(): void {
      lastMs[oldest] = now();
      oldest = (oldest + 1) % times;
    },
    isOn: () => now() - (lastMs[oldest] ?? 0) < withinMs,
  };
}

const SAMPLE_MS = 50;

/** A single late measurement can come from a garbage collection. This many late measurements in a row mean overload. */
const SAMPLES = 4;

/** Measures the delay of the event loop: how late a repeated timer runs. */
export function loopDelay(clock: Clock) {
  const delays = new Array<number>(SAMPLES).fill(0);
  let count = 0;
  let leastMs = 0;
  let cancel: Cancel = () => {};
  measure();
  return {
    /** The shortest of the last `SAMPLES` delays, in milliseconds, so that a single late turn does not count. */
    ms: () => leastMs,
    /** Returns a function that says whether `ms()` is above this limit. */
    isAbove: (limitMs: number) => () => leastMs > limitMs,
    stop: () => cancel(),
  };

  function measure(): void {
    const dueAt = clock.now() + SAMPLE_MS;
    cancel = clock.after(SAMPLE_MS, () => {
      delays[count % SAMPLES] = Math.max(0, clock.now() - dueAt);
      count++;
      leastMs = Math.min(...delays);
      measure();
    });
  }
}
