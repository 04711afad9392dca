import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { afterReading, type Clock, loopDelay, systemClock } from '../../../src/core/clock.ts';
import { durationText } from '../../../src/core/text-values.ts';
import { fakeClock } from '../../support/fake-clock.ts';

for (const [name, makeClock] of Object.entries({
  'the system’s clock': () => systemClock,
  'the fake clock': fakeClock,
})) {
  test(`${name} ends a sleep the moment the signal aborts`, async () => {
    const controller = new AbortController();
    const sleep = makeClock().sleep(3_600_000, controller.signal);

    controller.abort(new Error('enough'));

    await assert.rejects(sleep, { message: 'enough' });
  });

  test(`${name} does not run what was cancelled`, async () => {
    const clock = makeClock();
    let runs = 0;

    clock.soon(() => runs++)();

    await new Promise<void>((resolve) => clock.soon(resolve));
    assert.equal(runs, 0);
  });

  test(`${name} does not begin to sleep when the signal has aborted`, async () => {
    const sleep = makeClock().sleep(3_600_000, AbortSignal.abort(new Error('enough')));

    await assert.rejects(sleep, { message: 'enough' });
  });
}

for (const [what, cancelledAfter, expected] of [
  ['what is due runs once everything that has arrived was read', 'never', ['timer', 'reading', 'run']],
  ['what is cancelled while that is read does not run', 'timer', ['timer']],
] as const) {
  test(what, () => {
    const done: string[] = [];
    const waiting = new Map<string, () => void>();
    const wait = (name: string, run: () => void) => {
      waiting.set(name, run);
      return () => void waiting.delete(name);
    };
    const clock: Pick<Clock, 'after' | 'soon'> = {
      after: (_ms, run) => wait('timer', run),
      soon: (run) => wait('reading', run),
    };
    const cancel = afterReading(clock, 10, () => done.push('run'));

    for (const [name, run] of waiting) {
      waiting.delete(name);
      done.push(name);
      run();
      if (name === cancelledAfter) cancel();
    }

    assert.deepEqual(done, expected);
  });
}

test('a sleep that ended leaves nothing behind', async () => {
  const clock = fakeClock();
  const controller = new AbortController();
  const sleep = clock.sleep(10, controller.signal);

  await clock.advance(10);

  await sleep;
  assert.deepEqual(getEventListeners(controller.signal, 'abort'), []);
});

const TIMES = { '0s': 0, '10ms': 10, '59s 499ms': 59_499, '1m': 60_000, '1h 2m 5s': 3_725_000, '100h': 36e7 };
for (const [text, ms] of Object.entries(TIMES)) {
  test(`${ms} milliseconds are ${text} for people`, () => {
    assert.equal(durationText(ms), text);
  });
}

for (const [what, latenesses, ms] of [
  ['at the start there is no delay', [], 0],
  ['timers that run in time are not a delay', [0, 0, 0, 0, 0, 0], 0],
  ['timers that run late turn after turn are a delay of the least of them', [300, 250, 400, 350], 250],
  ['one late turn is not overload', [0, 0, 0, 5000], 0],
  ['one turn in time is enough to be well again', [300, 300, 300, 300, 0], 0],
  ['a timer that runs a little early is not a delay', [-1, -1, -1, -1], 0],
] as const) {
  test(what, () => {
    const { delay, take } = startDelay();

    take(latenesses);

    assert.equal(delay.ms(), ms);
  });
}

test('a stopped measurement of the event loop leaves no timer', async () => {
  const clock = fakeClock();
  const delay = loopDelay(clock);
  await clock.advance(60);

  delay.stop();

  assert.equal(clock.timers(), 0);
});

test('a limit is exceeded while the delay is above it', () => {
  const { delay, take } = startDelay();
  const isLate = delay.isAbove(250);

  take([250, 250, 250, 250]);
  const atLimit = isLate();
  take([251, 251, 251, 251]);

  assert.deepEqual([atLimit, isLate()], [false, true]);
});

/** A measured event loop. The test decides how late each turn is. */
function startDelay(): { delay: ReturnType<typeof loopDelay>; take(latenesses: readonly number[]): void } {
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
    take(latenesses) {
      for (const lateMs of latenesses) {
        const timer = due;
        due = undefined;
        nowMs = (timer?.at ?? nowMs) + lateMs;
        timer?.run();
      }
    },
  };
}
