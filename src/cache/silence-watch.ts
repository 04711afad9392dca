import { afterReading, type Clock } from '../core/clock.ts';

/**
 * Calls `onSilence` when replies are awaited and none has come for `limitMs`. The returned function awaits one reply; what it
 * returns is to be called when that has come, or will not, and has an effect once. The client's own limit (`socketTimeout` of
 * ioredis) runs on the system's clock, which no simulation can move.
 */
export function silenceWatch(limitMs: number, onSilence: () => void, clock: Clock): () => () => void {
  let awaited = 0;
  /** When the last reply came: before the present timer began, it does not matter. */
  let heardAt = 0;
  let cancel = () => {};

  return () => {
    if (awaited++ === 0) watch(limitMs);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      heardAt = clock.now();
      if (--awaited === 0) cancel();
    };
  };

  /** One timer for all replies that are awaited at the same time. */
  function watch(ms: number): void {
    cancel = afterReading(clock, ms, () => {
      const leftMs = heardAt + limitMs - clock.now();
      if (leftMs <= 0) onSilence();
      else watch(leftMs);
    });
  }
}
