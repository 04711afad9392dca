import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entered, failTimes, startBreaker } from './breaker-under-test.ts';

test('when its time is over, three of 500 callers are let through and the others refused', async () => {
  const { breaker, clock, open } = startBreaker();
  await open();
  await clock.advance(1000);

  const probes = entered(breaker, 500);

  assert.equal(probes, 3);
  assert.equal(breaker.state, 'half-open');
});

test('a millisecond too early nobody is let through', async () => {
  const { breaker, clock, open } = startBreaker();
  await open();
  await clock.advance(999);

  const probes = entered(breaker, 500);

  assert.equal(probes, 0);
});

test('one successful probe closes it for everybody', async () => {
  const { breaker, open, probe } = startBreaker();
  await open();
  await probe();

  breaker.report('success');

  assert.equal(breaker.state, 'closed');
  assert.equal(entered(breaker, 500), 500);
});

test('a success among failed probes closes it', async () => {
  const { breaker, clock, open } = startBreaker();
  await open();
  await clock.advance(1000);
  entered(breaker, 3);

  breaker.report('failure');
  breaker.report('failure');
  breaker.report('success');

  assert.equal(breaker.state, 'closed');
});

test('a success that comes late, while it is open, closes it', async () => {
  const { breaker, open } = startBreaker();
  breaker.enter();
  await open();

  breaker.report('success');

  assert.deepEqual([breaker.state, breaker.enter()], ['closed', true]);
});

test('failures that come late, while it is open, change nothing', async () => {
  const { breaker, open } = startBreaker();
  await open();

  for (let i = 0; i < 20; i++) breaker.report('failure');

  assert.deepEqual([breaker.state, breaker.retryAfterMs], ['open', 1000]);
});

test('as long as a probe is under way, two failed ones do not open it again', async () => {
  const { breaker, clock, open } = startBreaker();
  await open();
  await clock.advance(1000);
  entered(breaker, 3);

  breaker.report('failure');
  breaker.report('failure');

  assert.equal(breaker.state, 'half-open');
});

test('each round in which all probes failed doubles the time, up to five seconds', async () => {
  const { breaker, clock, open } = startBreaker();
  await open();
  const times = [breaker.retryAfterMs];

  for (let round = 0; round < 4; round++) {
    await clock.advance(breaker.retryAfterMs);
    failTimes(breaker, 3);
    times.push(breaker.retryAfterMs);
  }

  assert.deepEqual(times, [1000, 2000, 4000, 5000, 5000]);
});

test('after it has closed, it opens for the shortest time again', async () => {
  const { breaker, clock, open, probe } = startBreaker();
  await open();
  await clock.advance(1000);
  failTimes(breaker, 3);
  await probe();
  breaker.report('success');

  await open();

  assert.deepEqual([breaker.state, breaker.retryAfterMs], ['open', 1000]);
});

test('a probe that says nothing makes room for another one', async () => {
  const { breaker, clock, open } = startBreaker();
  await open();
  await clock.advance(1000);
  entered(breaker, 3);

  breaker.report('neutral');
  const more = entered(breaker, 500);

  assert.deepEqual([breaker.state, more], ['half-open', 1]);
});

test('each change is told once', async () => {
  const { breaker, open, probe, told } = startBreaker();
  await open();
  await probe();

  breaker.report('success');
  breaker.report('success');

  assert.deepEqual(told, ['open', 'half-open', 'closed']);
});
