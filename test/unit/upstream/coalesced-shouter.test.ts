import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import { coalescedShouter, missLimitedShouter } from '../../../src/upstream/coalesced-shouter.ts';
import { abandonedCall, leavableCall, testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { layerUnderTest, soFar } from '../../support/layer.ts';

const timedOut = new AttemptError('timeout', 'as told');

test('callers with the same text share one flight, callers with other texts do not', async () => {
  const { upstream, shout, world, layer } = held();

  const answers = ['a', 'a', 'a', '__proto__'].map((text) => shout(text));
  upstream.answerHeld();

  const shouts = await Promise.all(answers);
  assert.deepEqual(
    shouts.map(({ text, collapsed }) => `${text} ${collapsed}`),
    ['A false', 'A true', 'A true', '__PROTO__ false'],
  );
  assert.deepEqual(upstream.calls, ['a', '__proto__']);
  assert.deepEqual(world.events, [{ type: 'coalesced' }, { type: 'coalesced' }]);
  assert.equal(layer.flights(), 0);
});

test('a failed flight fails all its callers, and the next caller starts a new one', async () => {
  const { upstream, shoutAll, layer } = held();

  const answers = shoutAll(['abc', 'abc']);
  upstream.failHeld(timedOut);

  assert.deepEqual(await answers, [timedOut, timedOut]);
  upstream.recover();
  assert.deepEqual(await shoutAll(['abc']), ['ABC']);
  assert.deepEqual([layer.flights(), upstream.calls.length], [0, 2]);
});

for (const leaver of [0, 1]) {
  test(`caller ${leaver} of two who leaves cancels nobody else`, async () => {
    const { upstream, shout } = held();
    const { call, leave } = leavableCall();
    const answers = [0, 1].map((i) => shout('abc', i === leaver ? call : testCall()));

    leave();
    await settled();
    upstream.answerHeld();

    assert.equal((await answers[1 - leaver])?.text, 'ABC');
    assert.equal(upstream.received[0]?.signal.aborted, false);
    await Promise.allSettled(answers);
  });
}

test('when all callers have left the flight is told; one who left before it began is nobody', async () => {
  const { upstream, shout, layer } = held();
  const callers = [leavableCall(), leavableCall()];
  const gone = shout('abc', abandonedCall());
  const answers = callers.map(({ call }) => shout('abc', call));

  callers[0]?.leave();
  const isToldEarly = upstream.received[0]?.signal.aborted;
  callers[1]?.leave();

  assert.deepEqual([isToldEarly, upstream.received[0]?.signal.aborted], [false, true]);
  const outcomes = await Promise.allSettled([gone, ...answers]);
  assert.ok(outcomes.every(({ status }) => status === 'rejected'));
  assert.equal(layer.flights(), 0);
});

test('a caller that joins an abandoned flight gets its answer if it lands', async () => {
  const { upstream, shout, abandoned } = await abandonedFlight();

  const later = shout('abc');
  upstream.answerHeld();

  assert.equal((await later).text, 'ABC');
  assert.deepEqual(upstream.calls, ['abc']);
  await abandoned;
});

test('callers that join an abandoned flight in vain share a new one', async () => {
  const { upstream, shoutAll, abandoned } = await abandonedFlight();

  const later = shoutAll(['abc', 'abc', 'abc']);
  upstream.failHeld(timedOut);
  await settled();
  upstream.answerHeld();

  assert.deepEqual(await later, ['ABC', 'ABC', 'ABC']);
  assert.deepEqual(upstream.calls, ['abc', 'abc']);
  await assert.rejects(abandoned, timedOut);
});

test('a flight lasts to the latest deadline of all who joined', async () => {
  const { upstream, shout } = held();

  for (const deadline of [2000, 5000, 3000]) void shout('abc', testCall({ deadline }));

  assert.equal(upstream.received[0]?.deadline, 5000);
});

test('as many callers wait as there are places, and the next is turned away at once', async () => {
  const { upstream, shout, shoutAll, world, waiting } = limited({ maxWaiting: 2 });
  const shouts = shoutAll(['1', '2']);

  await assert.rejects(shout('3'), { code: 'OVERLOADED' });

  assert.deepEqual([upstream.calls, waiting()], [['1', '2'], 2]);
  assert.deepEqual(world.events, [{ type: 'shed', reason: 'misses' }]);
  upstream.answerHeld();
  await shouts;
});

for (const end of ['answered', 'failed'] as const) {
  test(`a caller that is ${end} gives its place back, once`, async () => {
    const { upstream, shout, waiting } = limited({ maxWaiting: 1 });
    const { call, leave } = leavableCall();
    const first = shout('1', call).catch(() => {});

    if (end === 'answered') upstream.answerHeld();
    else upstream.failHeld(timedOut);
    await first;
    leave();

    assert.equal(waiting(), 0);
    assert.equal(await soFar(shout('2')), 'waits');
  });
}

test('a caller that leaves gives its place back at once, though its flight goes on; one that had left has none', async () => {
  const { upstream, shout, waiting } = limited({ maxWaiting: 1 });
  const { call, leave } = leavableCall();
  const first = shout('1', call);

  leave();
  await assert.rejects(shout('gone', abandonedCall()));
  const afterLeaving = waiting();
  const second = shout('2');

  assert.deepEqual([afterLeaving, waiting(), upstream.calls], [0, 1, ['1', '2']]);
  upstream.answerHeld();
  await Promise.all([first, second]);
  assert.equal(waiting(), 0);
});

test('while the process is pressed, no caller may wait', async () => {
  const { upstream, shout, world } = limited({ maxWaiting: 100, isPressed: () => true });

  await assert.rejects(shout('1'), { code: 'OVERLOADED' });

  assert.deepEqual(upstream.calls, []);
  assert.deepEqual(world.events, [{ type: 'shed', reason: 'misses' }]);
});

/** Coalesced callers of an upstream that keeps them waiting. */
function held(manner: 'listening' | 'deaf' = 'listening') {
  const coalesced = layerUnderTest(coalescedShouter);
  coalesced.upstream.hold(manner);
  return coalesced;
}

/** A flight of "abc" whose only caller has left, and which goes on. */
async function abandonedFlight() {
  const coalesced = held('deaf');
  const { call, leave } = leavableCall();
  const abandoned = coalesced.shout('abc', call);
  abandoned.catch(() => {});
  leave();
  return { ...coalesced, abandoned };
}

/** The same behind a limit of how many may wait. */
function limited({ maxWaiting, isPressed = () => false }: { maxWaiting: number; isPressed?: () => boolean }) {
  let waiting = () => 0;
  const layer = layerUnderTest((upstream, world) => {
    const coalesced = coalescedShouter(upstream, world);
    waiting = coalesced.waiting;
    return missLimitedShouter(coalesced, { waiting, maxWaiting, isPressed }, world);
  });
  layer.upstream.hold('deaf');
  return { ...layer, waiting };
}
