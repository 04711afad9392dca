import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, type AttemptFailure, TuohsError } from '../../../src/core/errors.ts';
import { leavableCall, testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { startRetried } from './retried-under-test.ts';

const down = new AttemptError('server_error', 'as told');

test('an answer is passed on and costs no token', async () => {
  const { outcome, upstream, budget } = startRetried(() => undefined);

  const answer = await outcome();

  assert.deepEqual(answer, { text: 'HELLO', source: 'upstream', stored: false, collapsed: false });
  assert.deepEqual([upstream.calls.length, budget.tokens], [1, 20]);
});

test('failures that pass are not seen by the caller', async () => {
  const { outcome, upstream } = startRetried((call) => (call <= 3 ? down : undefined));

  const answer = await outcome();

  assert.ok('text' in answer);
  assert.equal(upstream.calls.length, 4);
});

const attempts: [AttemptFailure, { single: number; batch: number }][] = [
  ['unreachable', { single: 11, batch: 11 }],
  ['throttled', { single: 11, batch: 11 }],
  ['server_error', { single: 11, batch: 11 }],
  ['timeout', { single: 11, batch: 11 }],
  ['unreadable', { single: 3, batch: 3 }],
  ['wrong', { single: 3, batch: 1 }],
  ['rejected', { single: 1, batch: 1 }],
];
for (const [failure, { single, batch }] of attempts) {
  const error = new AttemptError(failure, 'as told');

  test(`a string that always fails as "${failure}" is attempted ${single} times`, async () => {
    const { outcome, upstream } = startRetried(() => error);

    assert.equal(await outcome({ strings: 1 }), error);
    assert.equal(upstream.calls.length, single);
  });

  test(`a batch that always fails as "${failure}" is attempted ${batch} times`, async () => {
    const { outcome, upstream } = startRetried(() => error);

    assert.equal(await outcome({ strings: 2 }), error);
    assert.equal(upstream.calls.length, batch);
  });
}

test('with no retries each string is attempted once', async () => {
  const { outcome, upstream } = startRetried(() => down, { retries: 0 });

  assert.equal(await outcome(), down);
  assert.equal(upstream.calls.length, 1);
});

test('with one retry a wrong answer is attempted twice', async () => {
  const wrong = new AttemptError('wrong', 'as told');
  const { outcome, upstream } = startRetried(() => wrong, { retries: 1 });

  assert.equal(await outcome(), wrong);
  assert.equal(upstream.calls.length, 2);
});

test('where another attempt would not be let through, the failure is told at once', async () => {
  const { shout, upstream, budget } = startRetried(() => down, { isWorthwhile: () => false });

  await assert.rejects(shout(), down);

  assert.deepEqual([upstream.calls.length, budget.tokens], [1, 20]);
});

test('a refusal after failures is told as the last failure', async () => {
  const first = new AttemptError('unreachable', 'the first');
  const last = new AttemptError('timeout', 'the last');
  const refusal = new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD is left alone');
  const { outcome } = startRetried((call) => [first, last, refusal][call - 1]);

  assert.equal(await outcome(), last);
});

test('a refusal before any attempt is told as it is', async () => {
  const refusal = new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD is left alone');
  const { outcome, upstream } = startRetried(() => refusal);

  assert.equal(await outcome(), refusal);
  assert.equal(upstream.calls.length, 1);
});

test('a caller who leaves during the back-off is let go at once', async () => {
  const { shout, upstream, clock } = startRetried(() => down);
  const { call, leave } = leavableCall();
  const answer = shout(call);
  await settled();

  leave();

  await assert.rejects(answer, call.signal.reason as Error);
  assert.deepEqual([upstream.calls.length, clock.timers()], [1, 0]);
});

test('for a caller who left during the attempt it is not repeated', async () => {
  const { call, leave } = leavableCall();
  const { shout, upstream, budget } = startRetried(() => {
    leave();
    return down;
  });

  await assert.rejects(shout(call), down);

  assert.deepEqual([upstream.calls.length, budget.tokens], [1, 20]);
});

test('after an answer no timer is left', async () => {
  const { outcome, clock } = startRetried((call) => (call === 1 ? down : undefined));

  await outcome(testCall());

  assert.equal(clock.timers(), 0);
});
