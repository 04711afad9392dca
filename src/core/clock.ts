import type { LeaveSignal } from './leave-signal.ts';

/** Stops a timer that has not run yet; harmless afterwards. */
export type Cancel = () => void;

/** Where our own code takes time and chance from, so that tests can own both. */
export interface Clock {
  /** Milliseconds of a monotonic clock: for durations and deadlines. */
  now(): number;
  /** Milliseconds since 1970: for dates that leave the process. */
  epochMs(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Runs `run` once in `ms` milliseconds, unless cancelled. */
  after(ms: number, run: () => void): Cancel;
  /** Runs `run` when what has already arrived is read: before the event loop waits again. */
  soon(run: () => void): Cancel;
  /** Resolves in `ms` milliseconds; rejects with the signal's reason the moment it aborts. */
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

/**
 * Runs `run` in `ms` milliseconds, but lets what arrived meanwhile be read first: a late event loop does not turn an
 * answer that came in time into a timeout.
 */
export function afterReading(clock: Pick<Clock, 'after' | 'soon'>, ms: number, run: () => void): Cancel {
  let cancel = clock.after(ms, () => {
    cancel = clock.soon(run);
  });
  return () => cancel();
}
