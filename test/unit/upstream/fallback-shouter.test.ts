import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, type ErrorCode, TuohsError } from '../../../src/core/errors.ts';
import { fallbackShouter } from '../../../src/upstream/deadline-shouter.ts';
import { leavableCall, testCall } from '../../support/call.ts';
import { layerUnderTest } from '../../support/layer.ts';

const told = (code: ErrorCode) => new TuohsError(code, 'as told');

test('what the upstream answers is passed on, without a promise if it is there', () => {
  const { layer, world } = layerUnderTest(fallbackShouter, { isAtHand: true });

  const shout = layer.shout('hello', testCall());

  assert.equal(shout instanceof Promise ? undefined : shout.source, 'upstream');
  assert.deepEqual(world.events, []);
});

for (const failure of [
  new AttemptError('timeout', 'as told'),
  ...(['UPSTREAM_UNREACHABLE', 'UPSTREAM_TIMEOUT', 'UPSTREAM_UNREADABLE', 'UPSTREAM_WRONG'] as const).map(
    told,
  ),
]) {
  test(`${failure.name} ${failure.code} is answered by our own mapping, marked as local and not stored`, async () => {
    const { shout, upstream, world } = layerUnderTest(fallbackShouter);
    upstream.failWith(failure);

    const answer = await shout('straße ŉ ﬁ ᾀ');

    assert.deepEqual(answer, { text: 'STRAßE ŉ ﬁ ᾈ', source: 'local', stored: false, collapsed: false });
    assert.deepEqual(world.events, [{ type: 'fallback' }]);
  });
}

for (const error of [told('OVERLOADED'), told('INTERNAL'), new TypeError('a bug')]) {
  test(`${error.name} ${error.message} is not replaced by an answer`, async () => {
    const { shout, upstream, world } = layerUnderTest(fallbackShouter);
    upstream.failWith(error);

    await assert.rejects(shout('hello'), error);
    assert.deepEqual(world.events, []);
  });
}

test('a caller who hung up gets no answer of ours, and none is counted', async () => {
  const { shout, upstream, world } = layerUnderTest(fallbackShouter);
  upstream.hold();
  const { call, leave } = leavableCall();
  const shouted = shout('hello', call);

  leave();

  await assert.rejects(shouted, call.signal.reason as Error);
  assert.deepEqual(world.events, []);
});
