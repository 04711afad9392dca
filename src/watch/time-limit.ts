import type { WatchClock } from './surroundings.ts';

/** Why a signal of `withinMs` aborted where nobody else wanted it to. */
export const TIME_IS_UP = Symbol('the time is up');

/**
 * Does `work` with a signal that aborts with the reason of `outer`, or with `TIME_IS_UP` after `ms` milliseconds. Settles
 * as the work does, which has to obey its signal.
 */
export async function withinMs<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  { clock, signal: outer }: { clock: Pick<WatchClock, 'after'>; signal: AbortSignal },
): Promise<T> {
  const limit = new AbortController();
  const cancel = clock.after(ms, () => limit.abort(TIME_IS_UP));
  try {
    return await work(AbortSignal.any([outer, limit.signal]));
  } finally {
    cancel();
  }
}
