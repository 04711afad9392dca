import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import { Gate, gatedShouter } from '../../../src/upstream/gated-shouter.ts';
import { leavableCall, testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';
import { testWorld } from '../../support/world.ts';

test('no more calls are under way than there are places', async () => {
  const { upstream, shout } = startGated({ connections: 2 });
  upstream.hold();

  const shouts = ['1', '2', '3'].map((text) => shout(text));
  await settled();
  const before = [...upstream.calls];
  upstream.answerHeld();
  upstream.recover();
  await Promise.all(shouts);

  assert.deepEqual(
    [before, upstream.calls],
    [
      ['1', '2'],
      ['1', '2', '3'],
    ],
  );
});

test('a call that fails gives its place back', async () => {
  const { upstream, shout } = startGated({ connections: 1 });
  upstream.failWith(new AttemptError('unreachable', 'as told'));
  await assert.rejects(shout('fails'));
  upstream.recover();

  const { text } = await shout('next');

  assert.equal(text, 'NEXT');
});

test('a call whose caller leaves while it is under way keeps its place until it ends', async () => {
  const { upstream, shout } = startGated({ connections: 1 });
  upstream.hold('deaf');
  const { call, leave } = leavableCall();
  const first = shout('first', call);
  const second = shout('second');

  leave();
  await settled();
  const before = [...upstream.calls];
  upstream.answerHeld();
  upstream.recover();
  await Promise.all([first, second]);

  assert.deepEqual([before, upstream.calls], [['first'], ['first', 'second']]);
});

test('what waits for a place and is given up is not sent', async () => {
  const { upstream, shout } = startGated({ connections: 1 });
  upstream.hold();
  const first = shout('first');
  const { call, leave } = leavableCall();
  const second = shout('given up', call);

  leave();
  await assert.rejects(second, call.signal.reason as Error);
  upstream.answerHeld();
  await first;
  await settled();

  assert.deepEqual(upstream.calls, ['first']);
});

test('a failure that names a pause keeps every other call back for that long', async () => {
  const { upstream, shout, clock } = startGated({ connections: 4 });
  upstream.failWith(new AttemptError('throttled', 'as told', { retryAfterMs: 2000 }));
  await assert.rejects(shout('first'));
  upstream.recover();

  const second = shout('second');
  await clock.advance(1999);
  const before = [...upstream.calls];
  await clock.advance(1);
  await second;

  assert.deepEqual([before, upstream.calls], [['first'], ['first', 'second']]);
});

test('a failure that names no pause keeps nobody back', async () => {
  const { upstream, shout } = startGated({ connections: 4 });
  upstream.failWith(new AttemptError('throttled', 'as told'));
  await assert.rejects(shout('first'));
  upstream.recover();

  const { text } = await shout('second');

  assert.equal(text, 'SECOND');
});

function startGated(options: { connections: number }) {
  const world = testWorld();
  const upstream = fakeShouter();
  const shouter = gatedShouter(upstream, new Gate(options, world));
  return {
    clock: world.clock,
    upstream,
    shout: async (text: string, call = testCall()) => shouter.shout(text, call),
  };
}
