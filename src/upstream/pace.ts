import type { Clock } from '../core/clock.ts';

/** How quickly the newest interval shows. */
const WEIGHT = 0.2;

/** Fewer intervals say nothing yet. */
const LEAST_SAMPLES = 8;

/** How fast batches leave a queue that is never empty: what one that joins it now has to wait. */
export class Pace {
  readonly #clock: Pick<Clock, 'now'>;
  #lastAt: number | undefined;
  #intervalMs = 0;
  #samples = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** A batch left, and others wait behind it. */
  left(): void {
    const now = this.#clock.now();
    if (this.#lastAt !== undefined) {
      const intervalMs = now - this.#lastAt;
      this.#intervalMs += (intervalMs - this.#intervalMs) * (this.#samples === 0 ? 1 : WEIGHT);
      this.#samples++;
    }
    this.#lastAt = now;
  }

  /** What was measured is past: the queue is empty, or stands still. */
  reset(): void {
    this.#lastAt = undefined;
    this.#samples = 0;
  }

  /** How long it takes until this many batches have left, as far as is known; else 0. */
  waitMs(batches: number): number {
    return this.#samples < LEAST_SAMPLES ? 0 : batches * this.#intervalMs;
  }
}
