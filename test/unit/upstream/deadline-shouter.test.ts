import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import { deadlineShouter } from '../../../src/upstream/deadline-shouter.ts';
import { abandonedCall, leavableCall, testCall } from '../../support/call.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';
import { testWorld } from '../../support/world.ts';

function held(manner: 'listening' | 'deaf' = 'deaf') {
  const inner = fakeShouter();
  inner.hold(manner);
  const { clock } = testWorld();
  return { inner, clock, shouter: deadlineShouter(inner, { deadlineMs: 3000 }, { clock }) };
}

for (const manner of ['listening', 'deaf'] as const) {
  test(`a call ends at its deadline, though the rest is ${manner}`, async () => {
    const { clock, shouter } = held(manner);
    const outcome = outcomeOf(shouter.shout('abc', testCall()));

    await clock.advance(2999);
    const early = outcome();
    await clock.advance(1);

    assert.deepEqual([early, outcome()], ['pending', 'UPSTREAM_TIMEOUT']);
  });

  test(`a caller who leaves is let go at once, though the rest is ${manner}`, async () => {
    const { clock, shouter } = held(manner);
    const { call, leave } = leavableCall();
    const outcome = outcomeOf(shouter.shout('abc', call));

    leave();
    await clock.advance(0);

    assert.equal(outcome(), 'UPSTREAM_TIMEOUT');
    assert.equal(clock.timers(), 0);
  });
}

test('who waits costs one timer, and none once answered', async () => {
  const { inner, clock, shouter } = held();

  const answer = shouter.shout('abc', testCall());
  const waiting = clock.timers();
  inner.answerHeld();
  await answer;

  assert.deepEqual([waiting, clock.timers()], [1, 0]);
});

test('a failure is passed on and leaves no timer', async () => {
  const { inner, clock, shouter } = held();

  const answer = shouter.shout('abc', testCall());
  inner.failHeld(new AttemptError('server_error', 'as told'));

  await assert.rejects(async () => answer, { code: 'UPSTREAM_UNREACHABLE' });
  assert.equal(clock.timers(), 0);
});

test('an answer at hand stays one and costs no timer', () => {
  const { clock } = testWorld();
  const inner = fakeShouter({ isAtHand: true });

  const shout = deadlineShouter(inner, { deadlineMs: 3000 }, { clock }).shout('abc', testCall());

  assert.ok(!(shout instanceof Promise));
  assert.equal(clock.timers(), 0);
});

test('an answer at hand does not touch the signal of the caller', () => {
  const inner = fakeShouter({ isAtHand: true });
  const call = {
    deadline: Number.POSITIVE_INFINITY,
    strings: 1,
    get signal(): AbortSignal {
      throw new Error('it was made needlessly');
    },
  };

  deadlineShouter(inner, { deadlineMs: 3000 }, testWorld()).shout('abc', call);

  assert.deepEqual(inner.calls, ['abc']);
});

test('the deadline is one point in time, told to the rest', () => {
  const { inner, clock, shouter } = held();

  void outcomeOf(shouter.shout('abc', testCall()));

  assert.equal(inner.received[0]?.deadline, clock.now() + 3000);
});

test('an earlier deadline of the caller counts', async () => {
  const { clock, shouter } = held();
  const outcome = outcomeOf(shouter.shout('abc', testCall({ deadline: clock.now() + 100 })));

  await clock.advance(100);

  assert.equal(outcome(), 'UPSTREAM_TIMEOUT');
});

test('the rest is told when the time is up', async () => {
  const { inner, clock, shouter } = held();
  void outcomeOf(shouter.shout('abc', testCall()));

  await clock.advance(3000);

  assert.equal(inner.received[0]?.signal.aborted, true);
});

test('a caller who left before it began is let go and leaves no timer', async () => {
  const { clock, shouter } = held();

  await assert.rejects(async () => shouter.shout('abc', abandonedCall()), { code: 'UPSTREAM_TIMEOUT' });

  assert.equal(clock.timers(), 0);
});

test('a caller who left before it began is let go, though the rest does not look', async () => {
  const { clock } = testWorld();
  const blind = { shout: () => new Promise<never>(() => {}) };
  const shouter = deadlineShouter(blind, { deadlineMs: 3000 }, { clock });

  await assert.rejects(async () => shouter.shout('abc', abandonedCall()), { code: 'UPSTREAM_TIMEOUT' });
});

test('what the rest comes to after the deadline harms nobody', async () => {
  const { inner, clock, shouter } = held();
  const outcome = outcomeOf(shouter.shout('abc', testCall()));
  await clock.advance(3000);

  inner.failHeld(new AttemptError('timeout', 'too late'));
  await clock.advance(0);

  assert.equal(outcome(), 'UPSTREAM_TIMEOUT');
});

/** What the answer has come to so far. */
function outcomeOf(answer: unknown): () => string {
  let outcome = 'pending';
  Promise.resolve(answer).then(
    () => {
      outcome = 'answered';
    },
    (error) => {
      outcome = error.code;
    },
  );
  return () => outcome;
}
