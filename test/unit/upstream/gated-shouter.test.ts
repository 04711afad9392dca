import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, TuohsError } from '../../../src/core/errors.ts';
import { Gate, gatedShouter } from '../../../src/upstream/gated-shouter.ts';
import { leavableCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { layerUnderTest, soFar } from '../../support/layer.ts';

const refusal = new TuohsError('UPSTREAM_UNREACHABLE', 'not an attempt', { retryAfterMs: 5 });

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

test('a failure that names a pause keeps every other call back for that long', async () => {
  const { upstream, shout, clock } = startGated();
  upstream.failWith(new AttemptError('throttled', 'as told', { retryAfterMs: 2000 }));
  await assert.rejects(shout('first'));
  upstream.recover();

  const second = shout('second');
  await clock.advance(1999);
  const before = await soFar(second);
  await clock.advance(1);

  assert.equal(before, 'waits');
  assert.equal((await second).text, 'SECOND');
});

for (const failure of [new AttemptError('throttled', 'as told'), refusal]) {
  test(`a ${failure.name} that names no pause of SHOUTCLOUD keeps nobody back`, async () => {
    const { upstream, shout } = startGated();
    upstream.failWith(failure);
    await assert.rejects(shout('first'));
    upstream.recover();

    assert.notEqual(await soFar(shout('second')), 'waits');
  });
}

function startGated() {
  return layerUnderTest((upstream, world) => gatedShouter(upstream, new Gate({ connections: 1 }, world)));
}
