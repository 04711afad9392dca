import { Breaker } from '../../../src/core/breaker.ts';
import type { BreakerState } from '../../../src/core/events.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';

export interface BreakerUnderTest {
  readonly breaker: Breaker;
  readonly clock: FakeClock;
  /** The states it told of, in order. */
  readonly told: readonly BreakerState[];
  /** Makes it open for the first time: for 1,000 ms, unless the clock's chance says more. */
  open(): Promise<void>;
  /** Waits until it lets a probe through, and lets it through. */
  probe(): Promise<void>;
}

/** A closed breaker with the numbers of the one around the upstream. */
export function startBreaker(): BreakerUnderTest {
  const clock = fakeClock();
  clock.setRandom(0);
  const told: BreakerState[] = [];
  const numbers = { failures: 10, spanMs: 1000, probes: 3, leastOpenMs: 1000, mostOpenMs: 5000 };
  const breaker = new Breaker({ ...numbers, onChange: (state) => told.push(state) }, { clock });

  return {
    breaker,
    clock,
    told,
    async open() {
      failTimes(breaker, 9);
      await clock.advance(1000);
      failTimes(breaker, 1);
    },
    async probe() {
      await clock.advance(breaker.retryAfterMs);
      if (!breaker.enter()) throw new Error('no probe was let through');
    },
  };
}

/** Lets calls through that fail. */
export function failTimes(breaker: Breaker, times: number): void {
  for (let i = 0; i < times; i++) {
    breaker.enter();
    breaker.report('failure');
  }
}

/** How many of these calls are let through. */
export function entered(breaker: Breaker, calls: number): number {
  return Array.from({ length: calls }, () => breaker.enter()).filter((isIn) => isIn).length;
}
