import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failTimes, startBreaker } from './breaker-under-test.ts';

test('ten failures in a row that span a second open it', async () => {
  const { breaker, clock } = startBreaker();

  failTimes(breaker, 9);
  await clock.advance(1000);
  failTimes(breaker, 1);

  assert.equal(breaker.state, 'open');
  assert.equal(breaker.enter(), false);
});

test('a burst of failures within a second does not open it', async () => {
  const { breaker, clock } = startBreaker();

  failTimes(breaker, 50);
  await clock.advance(999);
  failTimes(breaker, 50);

  assert.equal(breaker.state, 'closed');
  assert.equal(breaker.enter(), true);
});

test('nine failures do not open it however long they take', async () => {
  const { breaker, clock } = startBreaker();

  for (let i = 0; i < 9; i++) {
    failTimes(breaker, 1);
    await clock.advance(60_000);
  }

  assert.equal(breaker.state, 'closed');
});

test('a success in between starts the count and the span anew', async () => {
  const { breaker, clock } = startBreaker();
  failTimes(breaker, 9);
  await clock.advance(1000);

  breaker.report('success');
  failTimes(breaker, 10);
  await clock.advance(999);
  failTimes(breaker, 1);

  assert.equal(breaker.state, 'closed');
});

test('neutral verdicts neither count as failures nor interrupt them', async () => {
  const { breaker, clock } = startBreaker();
  failTimes(breaker, 9);
  await clock.advance(1000);

  for (let i = 0; i < 100; i++) breaker.report('neutral');
  const before = breaker.state;
  failTimes(breaker, 1);

  assert.deepEqual([before, breaker.state], ['closed', 'open']);
});

test('while it is open each refusal knows how much time is left', async () => {
  const { breaker, clock, open } = startBreaker();
  await open();

  const first = breaker.retryAfterMs;
  await clock.advance(300);

  assert.deepEqual([first, breaker.retryAfterMs], [1000, 700]);
  assert.equal(breaker.enter(), false);
});

test('a closed one asks nobody to wait', () => {
  const { breaker } = startBreaker();

  assert.equal(breaker.retryAfterMs, 0);
});

test('it opens for up to a quarter longer, so that many processes do not probe in step', async () => {
  const { breaker, clock, open } = startBreaker();
  clock.setRandom(0.8);

  await open();

  assert.equal(breaker.retryAfterMs, 1200);
});

test('it has no timer', async () => {
  const { clock, open } = startBreaker();

  await open();

  assert.equal(clock.timers(), 0);
});
