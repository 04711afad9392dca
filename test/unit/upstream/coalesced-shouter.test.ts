import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import { coalescedShouter } from '../../../src/upstream/coalesced-shouter.ts';
import { abandonedCall, leavableCall, testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';
import { testWorld } from '../../support/world.ts';

function held(manner: 'listening' | 'deaf' = 'listening') {
  const inner = fakeShouter();
  inner.hold(manner);
  const world = testWorld();
  return { inner, world, shouter: coalescedShouter(inner, world) };
}

test('callers with the same text share one flight', async () => {
  const { inner, shouter } = held();

  const answers = [1, 2, 3].map(() => shouter.shout('abc', testCall()));
  inner.answerHeld();

  const shouts = await Promise.all(answers);
  assert.deepEqual(
    shouts.map(({ text, collapsed }) => [text, collapsed]),
    [
      ['ABC', false],
      ['ABC', true],
      ['ABC', true],
    ],
  );
  assert.deepEqual(inner.calls, ['abc']);
});

test('callers with other texts do not', async () => {
  const { inner, shouter } = held();

  const answers = ['a', 'b', '__proto__'].map((text) => shouter.shout(text, testCall()));
  inner.answerHeld();

  await Promise.all(answers);
  assert.deepEqual(inner.calls, ['a', 'b', '__proto__']);
});

test('after a flight has landed the next caller starts a new one', async () => {
  const inner = fakeShouter();
  const shouter = coalescedShouter(inner, testWorld());

  await shouter.shout('abc', testCall());
  await shouter.shout('abc', testCall());

  assert.deepEqual(inner.calls, ['abc', 'abc']);
  assert.equal(shouter.flights(), 0);
});

test('a failed flight fails all its callers and is forgotten', async () => {
  const { inner, shouter } = held();

  const answers = [1, 2].map(() => shouter.shout('abc', testCall()));
  inner.failHeld(new AttemptError('server_error', 'as told'));

  const outcomes = await Promise.allSettled(answers);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code),
    ['UPSTREAM_UNREACHABLE', 'UPSTREAM_UNREACHABLE'],
  );
  assert.deepEqual([shouter.flights(), inner.calls.length], [0, 1]);
});

for (const leaver of ['first', 'second'] as const) {
  test(`the ${leaver} caller who leaves cancels nobody else`, async () => {
    const { inner, shouter } = held();
    const { call, leave } = leavableCall();
    const calls = leaver === 'first' ? [call, testCall()] : [testCall(), call];

    const answers = calls.map((each) => shouter.shout('abc', each));
    leave();
    await settled();
    inner.answerHeld();

    const stayed = await answers[leaver === 'first' ? 1 : 0];
    assert.equal(stayed?.text, 'ABC');
    assert.equal(inner.received[0]?.signal.aborted, false);
    await Promise.allSettled(answers);
  });
}

test('when all callers have left the flight is told', async () => {
  const { inner, shouter } = held();
  const callers = [leavableCall(), leavableCall()];
  const answers = callers.map(({ call }) => shouter.shout('abc', call));

  callers[0]?.leave();
  const isToldEarly = inner.received[0]?.signal.aborted;
  callers[1]?.leave();

  assert.deepEqual([isToldEarly, inner.received[0]?.signal.aborted], [false, true]);
  const outcomes = await Promise.allSettled(answers);
  assert.ok(outcomes.every(({ status }) => status === 'rejected'));
  assert.equal(shouter.flights(), 0);
});

test('who joins an abandoned flight gets its answer if it lands', async () => {
  const { inner, shouter } = held('deaf');
  const { call, leave } = leavableCall();
  const abandoned = shouter.shout('abc', call);
  leave();

  const later = shouter.shout('abc', testCall());
  inner.answerHeld();

  assert.equal((await later).text, 'ABC');
  assert.deepEqual(inner.calls, ['abc']);
  await abandoned;
});

test('who joins an abandoned flight in vain starts a new one', async () => {
  const { inner, shouter } = held('deaf');
  const { call, leave } = leavableCall();
  const abandoned = assert.rejects(async () => shouter.shout('abc', call));
  leave();

  const later = shouter.shout('abc', testCall());
  inner.failHeld(new AttemptError('timeout', 'as told'));
  inner.recover();

  assert.equal((await later).text, 'ABC');
  assert.deepEqual(inner.calls, ['abc', 'abc']);
  await abandoned;
});

test('those who join an abandoned flight in vain share the new one', async () => {
  const { inner, shouter } = held('deaf');
  const { call, leave } = leavableCall();
  const abandoned = assert.rejects(async () => shouter.shout('abc', call));
  leave();

  const later = [1, 2, 3].map(() => shouter.shout('abc', testCall()));
  inner.failHeld(new AttemptError('timeout', 'as told'));
  await settled();
  inner.answerHeld();

  const shouts = await Promise.all(later);
  assert.deepEqual(
    shouts.map(({ text }) => text),
    ['ABC', 'ABC', 'ABC'],
  );
  assert.deepEqual(inner.calls, ['abc', 'abc']);
  await abandoned;
});

test('a flight lasts to the latest deadline of all who joined', async () => {
  const { inner, shouter } = held();

  const answers = [2000, 5000, 3000].map((deadline) => shouter.shout('abc', testCall({ deadline })));

  assert.equal(inner.received[0]?.deadline, 5000);
  inner.answerHeld();
  await Promise.all(answers);
});

test('a caller who left before it began counts as nobody', async () => {
  const { inner, shouter } = held();
  const { call, leave } = leavableCall();

  const gone = shouter.shout('abc', abandonedCall());
  const waiting = shouter.shout('abc', call);
  leave();
  const isTold = inner.received.every(({ signal }) => signal.aborted);
  inner.answerHeld();

  await Promise.allSettled([gone, waiting]);
  assert.equal(isTold, true);
});

test('each caller who joins is told as an event', async () => {
  const { inner, world, shouter } = held();

  const answers = [1, 2, 3].map(() => shouter.shout('abc', testCall()));
  inner.answerHeld();
  await Promise.all(answers);

  assert.deepEqual(world.events, [{ type: 'coalesced' }, { type: 'coalesced' }]);
});
