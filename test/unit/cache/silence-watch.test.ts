import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silenceWatch } from '../../../src/cache/silence-watch.ts';
import { fakeClock } from '../../support/fake-clock.ts';

test('a reply begins the time anew for the replies behind it', async () => {
  const { clock, awaitReply, silences } = start();
  const first = awaitReply();
  awaitReply();
  await clock.advance(1500);
  first();

  await clock.advance(1999);
  const before = silences();
  await clock.advance(1);

  assert.deepEqual([before, silences()], [0, 1]);
});

test('the time before a reply was awaited does not count', async () => {
  const { clock, awaitReply, silences } = start();
  awaitReply()();
  await clock.advance(5000);
  awaitReply();

  await clock.advance(1999);
  const before = silences();
  await clock.advance(1);

  assert.deepEqual([before, silences()], [0, 1]);
});

test('a reply that is taken twice is one, and without awaited replies there is no timer', async () => {
  const { clock, awaitReply, silences } = start();
  const first = awaitReply();
  const second = awaitReply();
  first();
  first();
  const timers = clock.timers();
  second();

  assert.equal(timers, 1);
  assert.equal(clock.timers(), 0);
  assert.equal(silences(), 0);
});

function start() {
  const clock = fakeClock();
  let count = 0;
  const awaitReply = silenceWatch(2000, () => count++, clock);
  return { clock, awaitReply, silences: () => count };
}
