import type { Cancel, Clock } from './clock.ts';

export interface LoopDelay {
  /** How late the event loop has lately been at least, in milliseconds: what a request waits before anyone sees it. */
  readonly ms: () => number;
  readonly stop: Cancel;
}

const SAMPLE_MS = 50;

/** One late turn is a hiccup (a collection of garbage, a busy neighbour); this many in a row are an overload. */
const SAMPLES = 4;

/** Measures how late a timer runs, again and again. */
export function loopDelay(clock: Clock): LoopDelay {
  const delays = new Array<number>(SAMPLES).fill(0);
  let count = 0;
  let leastMs = 0;
  let cancel: Cancel = () => {};
  measure();
  return { ms: () => leastMs, stop: () => cancel() };

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
