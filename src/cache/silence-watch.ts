import { afterReading, type Clock } from '../core/clock.ts';

/**
 * Calls `onSilence` when replies are awaited and none has come for `limitMs`. The returned function begins to await a reply. It
 * returns a function that ends this, to be called when the reply has come, or will not come. The limit of the client itself
 * (`socketTimeout` of ioredis) runs on the system's clock, which the simulation cannot move.
 */
export function silenceWatch(limitMs: number, onSilence: () => void, clock: Clock): () => () => void {
  let awaited = 0;
  /** When the last reply came. */
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
