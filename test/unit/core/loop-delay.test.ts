import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LoopDelay, loopDelay } from '../../../src/core/clock.ts';
import { fakeClock } from '../../support/fake-clock.ts';

for (const [what, latenesses, ms] of [
  ['at the start there is no delay', [], 0],
  ['timers that run in time are no delay', [0, 0, 0, 0, 0, 0], 0],
  ['timers that run late turn after turn are a delay of the least of them', [300, 250, 400, 350], 250],
  ['one late turn is no overload', [0, 0, 0, 5000], 0],
  ['one turn in time is enough to be well again', [300, 300, 300, 300, 0], 0],
  ['a timer that runs a little early is no delay', [-1, -1, -1, -1], 0],
] as const) {
  test(what, () => {
    const { delay, turns } = startDelay();

    turns(latenesses);

    assert.equal(delay.ms(), ms);
  });
}

test('once stopped it leaves no timer', () => {
  const clock = fakeClock();
  const delay = loopDelay(clock);

  delay.stop();

  assert.equal(clock.timers(), 0);
});

test('a limit is exceeded while the delay is above it', () => {
  const { delay, turns } = startDelay();
  const isLate = delay.isAbove(250);

  turns([250, 250, 250, 250]);
  const atLimit = isLate();
  turns([251, 251, 251, 251]);

  assert.deepEqual([atLimit, isLate()], [false, true]);
});

/** One whose every turn is as late as the test says. */
function startDelay(): { delay: LoopDelay; turns(latenesses: readonly number[]): void } {
  let nowMs = 1000;
  let due: { at: number; run: () => void } | undefined;
  const clock = {
    ...fakeClock(),
    now: () => nowMs,
    after(ms: number, run: () => void) {
      due = { at: nowMs + ms, run };
      return () => {};
    },
  };
  return {
    delay: loopDelay(clock),
    turns(latenesses) {
      for (const lateMs of latenesses) {
        nowMs = (due?.at ?? nowMs) + lateMs;
        due?.run();
      }
    },
  };
}
