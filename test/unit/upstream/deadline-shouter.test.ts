import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { AttemptError, type ErrorCode, TuohsError } from '../../../src/core/errors.ts';
import { type NextTurn, turns } from '../../../src/core/turns.ts';
import { deadlineShouter, fallbackShouter } from '../../../src/upstream/deadline-shouter.ts';
import { abandonedCall, leavableCall, testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import type { FakeShouterOptions } from '../../support/fake-shouter.ts';
import { endOf, layerUnderTest, soFar } from '../../support/layer.ts';

const TIMEOUT = { code: 'UPSTREAM_TIMEOUT' };

for (const [manner, callersMs, ms] of [
  ['listening', Number.POSITIVE_INFINITY, 3000],
  ['deaf', 3001, 3000],
  ['deaf', 100, 100],
] as const) {
  test(`a caller with ${callersMs} ms gets ${ms} ms, which the inner layer sees, even if it is ${manner}`, async () => {
    const { clock, shout, upstream } = held(manner);
    const answer = endOf(shout('abc', testCall({ deadline: clock.now() + callersMs })));
    const call = upstream.received[0] ?? testCall();
    const { deadline } = call;

    await clock.advance(ms - 1);
    const early = await soFar(answer);
    await clock.advance(1);

    assert.equal(early, 'waits');
    assert.equal(Object(await answer).code, TIMEOUT.code);
    const now = clock.now();
    assert.deepEqual([deadline, call.deadline, call.signal.aborted], [now, now, true]);
  });
}

for (const manner of ['listening', 'deaf'] as const) {
  test(`a caller that leaves gets its error at once, although the inner layer is ${manner}`, async () => {
    const { clock, shout } = held(manner);
    const { call, leave } = leavableCall();
    const answer = shout('abc', call);

    leave();

    await assert.rejects(answer, call.signal.reason as Error);
    assert.equal(clock.timers(), 0);
  });
}

for (const failure of [undefined, new AttemptError('server_error', 'as scripted')]) {
  test(`a caller that waits costs a timer and a listener, and neither once ${failure ? 'its failure is passed on' : 'answered'}`, async () => {
    const { upstream, clock, shout } = held();
    const { signal } = new AbortController();
    const costs = () => `${clock.timers()} timers, ${getEventListeners(signal, 'abort').length} listeners`;
    const answer = endOf(shout('abc', testCall({ signal })));
    const waiting = costs();

    if (failure) upstream.failHeld(failure);
    else upstream.answerHeld();

    assert.equal(await answer, failure ?? 'ABC');
    assert.deepEqual([waiting, costs()], ['1 timers, 1 listeners', '0 timers, 0 listeners']);
  });
}

test('an answer without a promise stays one, costs no timer and does not touch the signal of the caller', () => {
  const { layer, clock } = deadline({ isSynchronous: true });
  const call = {
    ...testCall(),
    get signal(): AbortSignal {
      throw new Error('it was made needlessly');
    },
  };

  const shout = layer.shout('abc', call);

  assert.ok(!(shout instanceof Promise));
  assert.equal(clock.timers(), 0);
});

test('a caller that left before it began gets its error, although the inner layer does not check', async () => {
  const { clock, shout } = layerUnderTest((_upstream, world) =>
    deadlineShouter({ shout: () => new Promise<never>(() => {}) }, { deadlineMs: 3000 }, world),
  );

  await assert.rejects(shout('abc', abandonedCall()), TIMEOUT);
  assert.equal(clock.timers(), 0);
});

test('a result of the inner layer after the deadline does no harm', async () => {
  const { upstream, clock, shout } = held();
  const answer = assert.rejects(shout('abc'), TIMEOUT);
  await clock.advance(3000);

  upstream.failHeld(new AttemptError('timeout', 'too late'));
  await clock.advance(0);

  await answer;
});

const failed = (code: ErrorCode) => new TuohsError(code, 'as scripted');

test('an answer of the upstream is passed on, without a promise if it came without one', () => {
  const { layer, world } = fallback({ isSynchronous: true });

  const shout = layer.shout('hello', testCall());

  assert.equal(shout instanceof Promise ? undefined : shout.source, 'upstream');
  assert.deepEqual(world.events, []);
});

for (const failure of [new AttemptError('timeout', 'as scripted'), failed('UPSTREAM_WRONG')]) {
  test(`${failure.name} ${failure.code} is answered by our own mapping, marked as local and not stored`, async () => {
    const { shout, upstream, world } = fallback();
    upstream.failWith(failure);

    const answer = await shout('straße ŉ ﬁ ᾀ');

    assert.deepEqual(answer, { text: 'STRAßE ŉ ﬁ ᾈ', source: 'local', stored: false, collapsed: false });
    assert.deepEqual(world.events, [{ type: 'fallback' }]);
  });
}

for (const error of [failed('OVERLOADED'), failed('INTERNAL'), new TypeError('a bug')]) {
  test(`${error.name} ${error.message} is not replaced by an answer`, async () => {
    const { shout, upstream, world } = fallback();
    upstream.failWith(error);

    await assert.rejects(shout('hello'), error);
    assert.deepEqual(world.events, []);
  });
}

test('a caller that hung up gets no local answer, and none is counted', async () => {
  const { shout, upstream, world } = fallback();
  upstream.hold();
  const { call, leave } = leavableCall();
  const shouted = shout('hello', call);

  leave();

  await assert.rejects(shouted, call.signal.reason as Error);
  assert.deepEqual(world.events, []);
});

test('texts that fail in the same moment are upper-cased in turns of the event loop', async () => {
  const asked: number[] = [];
  const { upstream, shoutAll } = fallback({ nextTurn: async (bytes) => void asked.push(bytes) });
  upstream.failWith(failed('UPSTREAM_UNREACHABLE'));

  assert.deepEqual(await shoutAll(['hello', 'hi']), ['HELLO', 'HI']);
  assert.deepEqual(asked, [5, 2]);
});

test('a caller that hangs up while its text waits for its turn gets no answer of ours, and none is counted', async () => {
  const { call, leave } = leavableCall();
  const areGone: (boolean | undefined)[] = [];
  const nextTurn: NextTurn = async (_bytes, isGone) => {
    await settled();
    leave();
    areGone.push(isGone?.());
  };
  const { shout, upstream, world } = fallback({ nextTurn });
  const failure = failed('UPSTREAM_UNREACHABLE');
  upstream.failWith(failure);

  await assert.rejects(shout('hello', call), failure);
  assert.deepEqual([areGone, world.events], [[true], []]);
});

function fallback({ nextTurn, ...options }: FakeShouterOptions & { nextTurn?: NextTurn } = {}) {
  return layerUnderTest(
    (inner, world) => fallbackShouter(inner, { nextTurn: nextTurn ?? turns(world.clock) }, world),
    options,
  );
}

function held(manner: 'listening' | 'deaf' = 'deaf') {
  const layer = deadline();
  layer.upstream.hold(manner);
  return layer;
}

function deadline(options = {}) {
  return layerUnderTest((upstream, world) => deadlineShouter(upstream, { deadlineMs: 3000 }, world), options);
}
