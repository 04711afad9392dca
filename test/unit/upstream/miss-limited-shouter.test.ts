import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import type { Call } from '../../../src/core/shouter.ts';
import { coalescedShouter } from '../../../src/upstream/coalesced-shouter.ts';
import { missLimitedShouter } from '../../../src/upstream/miss-limited-shouter.ts';
import { abandonedCall, leavableCall, testCall } from '../../support/call.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';
import { testWorld } from '../../support/world.ts';

test('as many callers wait as there are places, and the next is turned away at once', async () => {
  const { shout, upstream, waiting, world } = startLimited({ maxWaiting: 2 });
  upstream.hold();
  const shouts = [shout('1'), shout('2')];

  await assert.rejects(shout('3'), { code: 'OVERLOADED' });

  assert.deepEqual([upstream.calls, waiting()], [['1', '2'], 2]);
  assert.deepEqual(world.events, [{ type: 'shed', reason: 'misses' }]);
  upstream.answerHeld();
  await Promise.all(shouts);
});

test('a caller that is answered gives its place back', async () => {
  const { shout, waiting } = startLimited({ maxWaiting: 1 });
  await shout('1');

  const { text } = await shout('two');

  assert.deepEqual([text, waiting()], ['TWO', 0]);
});

test('a caller that fails gives its place back', async () => {
  const { shout, upstream, waiting } = startLimited({ maxWaiting: 1 });
  upstream.failWith(new AttemptError('timeout', 'as told'));
  await assert.rejects(shout('1'));

  await assert.rejects(shout('2'), { code: 'UPSTREAM_TIMEOUT' });

  assert.equal(waiting(), 0);
});

test('a caller that leaves gives its place back at once, though its flight goes on', async () => {
  const { shout, upstream, waiting } = startLimited({ maxWaiting: 1 });
  upstream.hold('deaf');
  const { call, leave } = leavableCall();
  const first = shout('1', call);

  leave();
  const afterLeaving = waiting();
  const second = shout('2');

  assert.deepEqual([afterLeaving, waiting(), upstream.calls], [0, 1, ['1', '2']]);
  upstream.answerHeld();
  await Promise.all([first, second]);
  assert.equal(waiting(), 0);
});

test('a caller that left before it came holds no place', async () => {
  const { shout, waiting } = startLimited({ maxWaiting: 1 });

  await assert.rejects(shout('1', abandonedCall()));

  assert.equal(waiting(), 0);
});

test('while the process is pressed, no caller may wait', async () => {
  const { shout, upstream, world } = startLimited({ maxWaiting: 100, isPressed: () => true });

  await assert.rejects(shout('1'), { code: 'OVERLOADED' });

  assert.deepEqual(upstream.calls, []);
  assert.deepEqual(world.events, [{ type: 'shed', reason: 'misses' }]);
});

function startLimited({
  maxWaiting,
  isPressed = () => false,
}: {
  maxWaiting: number;
  isPressed?: () => boolean;
}) {
  const world = testWorld();
  const upstream = fakeShouter();
  const coalesced = coalescedShouter(upstream, world);
  const { waiting } = coalesced;
  const shouter = missLimitedShouter(coalesced, { waiting, maxWaiting, isPressed }, world);
  return {
    world,
    upstream,
    waiting,
    shout: async (text: string, call: Call = testCall()) => shouter.shout(text, call),
  };
}
