import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, type AttemptFailure, TuohsError } from '../../../src/core/errors.ts';
import { startGuarded } from './guarded-under-test.ts';

test('while the upstream is well, everything goes through', async () => {
  const { shout, upstream } = startGuarded();

  const { text } = await shout('hello');

  assert.deepEqual([text, upstream.calls], ['HELLO', ['hello']]);
});

test('a failure reaches the caller as it is', async () => {
  const { shout, upstream } = startGuarded();
  const failure = new AttemptError('server_error', 'as told');
  upstream.failWith(failure);

  await assert.rejects(shout('hello'), failure);
});

const verdicts: [AttemptFailure, 'closed' | 'open'][] = [
  ['unreachable', 'open'],
  ['throttled', 'open'],
  ['server_error', 'open'],
  ['timeout', 'open'],
  ['unreadable', 'open'],
  ['rejected', 'closed'],
  ['wrong', 'closed'],
];
for (const [failure, state] of verdicts) {
  test(`after many failures "${failure}" the breaker is ${state}`, async () => {
    const guarded = startGuarded();

    await guarded.failOften(new AttemptError(failure, 'as told'));

    assert.equal(guarded.breaker.state, state);
  });
}

test('a failure that is no attempt leaves the breaker closed', async () => {
  const guarded = startGuarded();

  await guarded.failOften(new TuohsError('UPSTREAM_UNREACHABLE', 'SHOUTCLOUD asked for a pause'));

  assert.equal(guarded.breaker.state, 'closed');
});

test('while the breaker is open, callers are refused at once with the time left and nothing is sent', async () => {
  const guarded = startGuarded();
  await guarded.open();
  const sent = guarded.upstream.calls.length;
  await guarded.world.clock.advance(250);

  const refused = guarded.shout('hello');

  await assert.rejects(refused, { code: 'UPSTREAM_UNREACHABLE', retryAfterMs: 750 });
  assert.equal(guarded.upstream.calls.length, sent);
});

test('a refusal is not taken for an attempt', async () => {
  const guarded = startGuarded();
  await guarded.open();

  const refused = await guarded.shout('hello').catch((error) => error);

  assert.equal(refused instanceof AttemptError, false);
});
