import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, type ErrorCode, TuohsError } from '../../../src/core/errors.ts';
import { fallbackShouter } from '../../../src/upstream/fallback-shouter.ts';
import { leavableCall, testCall } from '../../support/call.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';
import { testWorld } from '../../support/world.ts';

test('what the upstream answers is passed on', async () => {
  const { shout, world } = startFallback();

  const { source } = await shout('hello');

  assert.equal(source, 'upstream');
  assert.deepEqual(world.events, []);
});

test('an answer at hand is passed on without a promise', () => {
  const shouter = fallbackShouter(fakeShouter({ isAtHand: true }), testWorld());

  const shout = shouter.shout('hello', testCall());

  assert.ok(!(shout instanceof Promise));
  assert.equal(shout.text, 'HELLO');
});

for (const code of [
  'UPSTREAM_UNREACHABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNREADABLE',
  'UPSTREAM_WRONG',
] as const) {
  test(`${code} is answered by our own mapping, marked as local and not stored`, async () => {
    const { shout, upstream, world } = startFallback();
    upstream.failWith(new TuohsError(code, 'as told'));

    const answer = await shout('straße ŉ ﬁ ᾀ');

    assert.deepEqual(answer, { text: 'STRAßE ŉ ﬁ ᾈ', source: 'local', stored: false, collapsed: false });
    assert.deepEqual(world.events, [{ type: 'fallback' }]);
  });
}

test('a failed attempt is answered by our own mapping', async () => {
  const { shout, upstream } = startFallback();
  upstream.failWith(new AttemptError('timeout', 'as told'));

  const { source } = await shout('hello');

  assert.equal(source, 'local');
});

for (const code of ['OVERLOADED', 'INTERNAL'] satisfies ErrorCode[]) {
  test(`${code} is not papered over`, async () => {
    const { shout, upstream, world } = startFallback();
    const error = new TuohsError(code, 'as told');
    upstream.failWith(error);

    await assert.rejects(shout('hello'), error);
    assert.deepEqual(world.events, []);
  });
}

test('a bug is not papered over', async () => {
  const { shout, upstream } = startFallback();
  const bug = new TypeError('as told');
  upstream.failWith(bug);

  await assert.rejects(shout('hello'), bug);
});

test('a caller who hung up gets no answer of ours, and none is counted', async () => {
  const { shout, upstream, world } = startFallback();
  upstream.hold();
  const { call, leave } = leavableCall();
  const shouted = shout('hello', call);

  leave();

  await assert.rejects(shouted, call.signal.reason as Error);
  assert.deepEqual(world.events, []);
});

function startFallback() {
  const world = testWorld();
  const upstream = fakeShouter();
  const shouter = fallbackShouter(upstream, world);
  return { world, upstream, shout: async (text: string, call = testCall()) => shouter.shout(text, call) };
}
