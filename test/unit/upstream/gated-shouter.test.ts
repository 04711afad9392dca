import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import { Gate, gatedShouter } from '../../../src/upstream/gated-shouter.ts';
import { leavableCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { layerUnderTest } from '../../support/layer.ts';

test('a call keeps its place until it ends, though its caller leaves', async () => {
  const { upstream, shout } = startGated();
  upstream.hold('deaf');
  const { call, leave } = leavableCall();
  const shouts = [shout('first', call), shout('second')];

  leave();
  await settled();
  const before = [...upstream.calls];
  upstream.recover();
  await Promise.all(shouts);

  assert.deepEqual([before, upstream.calls], [['first'], ['first', 'second']]);
});

for (const [what, retryAfterMs] of [
  ['a failure that names no pause keeps nobody back', 0],
  ['a failure that names a pause keeps every other call back for that long', 2000],
] as const) {
  test(what, async () => {
    const { upstream, shout, clock } = startGated();
    upstream.failWith(new AttemptError('throttled', 'as told', retryAfterMs > 0 ? { retryAfterMs } : {}));
    await assert.rejects(shout('first'));
    upstream.recover();

    const second = shout('second');
    await clock.advance(retryAfterMs - 1);
    const callsBefore = upstream.calls.length;
    await clock.advance(1);

    assert.equal((await second).text, 'SECOND');
    assert.equal(callsBefore, retryAfterMs > 0 ? 1 : 2);
  });
}

function startGated() {
  return layerUnderTest((upstream, world) => gatedShouter(upstream, new Gate({ connections: 1 }, world)));
}
