import type { Cancel, Clock } from '../core/clock.ts';

export interface LoopDelay {
  /** How late the event loop was lately, in milliseconds: how long a request waits before anyone looks at it. */
  readonly ms: () => number;
  readonly stop: Cancel;
}

const SAMPLE_MS = 50;

/** Measures how late a timer runs, again and again. */
export function loopDelay(clock: Clock): LoopDelay {
  let dueAt = 0;
  let lastMs = 0;
  let cancel: Cancel = () => {};
  const sample = () => {
    const now = clock.now();
    if (dueAt > 0) lastMs = Math.max(0, now - dueAt);
    dueAt = now + SAMPLE_MS;
    cancel = clock.after(SAMPLE_MS, sample);
  };
  sample();
  return { ms: () => lastMs, stop: () => cancel() };
}
