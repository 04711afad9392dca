import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/core/clock.ts';
import { durationText } from '../../../src/core/text-values.ts';
import { fakeClock } from '../../support/fake-clock.ts';

for (const [name, makeClock] of Object.entries({
  'the system’s clock': () => systemClock,
  'the fake clock': fakeClock,
})) {
  test(`${name} lets a sleeper go the moment the signal aborts`, async () => {
    const controller = new AbortController();
    const sleep = makeClock().sleep(3_600_000, controller.signal);

    controller.abort(new Error('enough'));

    await assert.rejects(sleep, { message: 'enough' });
  });

  test(`${name} does not begin to sleep when the signal has aborted`, async () => {
    const sleep = makeClock().sleep(3_600_000, AbortSignal.abort(new Error('enough')));

    await assert.rejects(sleep, { message: 'enough' });
  });
}

test('a sleep that ended leaves nothing behind', async () => {
  const clock = fakeClock();
  const controller = new AbortController();
  const sleep = clock.sleep(10, controller.signal);

  await clock.advance(10);

  await sleep;
  controller.abort();
  assert.equal(clock.timers(), 0);
});

for (const [ms, text] of [
  [0, '0s'],
  [10, '10ms'],
  [59_499, '59s 499ms'],
  [60_000, '1m'],
  [3_725_000, '1h 2m 5s'],
  [360_000_000, '100h'],
] as const) {
  test(`${ms} milliseconds are ${text} for people`, () => {
    assert.equal(durationText(ms), text);
  });
}
