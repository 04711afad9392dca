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
  /** Resolves in `ms` milliseconds; rejects with the signal's reason the moment it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  random: () => Math.random(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  sleep: (ms, signal) => sleepOn(systemClock, ms, signal),
};

/** `sleep` for any clock that has `after`. */
export function sleepOn(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
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
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
