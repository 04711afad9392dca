import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import { coalescedShouter, missLimitedShouter } from '../../../src/upstream/coalesced-shouter.ts';
import { abandonedCall, leavableCall, testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { layerUnderTest } from '../../support/layer.ts';

const timedOut = new AttemptError('timeout', 'as told');

test('callers with the same text share one flight, callers with other texts do not', async () => {
  const { upstream, shout, world, flights } = start();

  const answers = ['a', 'a', 'a', '__proto__'].map((text) => shout(text));
  upstream.answerHeld();

  const shouts = await Promise.all(answers);
  assert.deepEqual(
    shouts.map(({ text, collapsed }) => `${text} ${collapsed}`),
    ['A false', 'A true', 'A true', '__PROTO__ false'],
  );
  assert.deepEqual(upstream.calls, ['a', '__proto__']);
  assert.deepEqual(world.events, [{ type: 'coalesced' }, { type: 'coalesced' }]);
  assert.equal(flights(), 0);
});

test('a failed flight fails all its callers, and the next caller starts a new one', async () => {
  const { upstream, shoutAll, flights } = start();

  const answers = shoutAll(['abc', 'abc']);
  upstream.failHeld(timedOut);

  assert.deepEqual(await answers, [timedOut, timedOut]);
  upstream.recover();
  assert.deepEqual(await shoutAll(['abc']), ['ABC']);
  assert.deepEqual([flights(), upstream.calls.length], [0, 2]);
});

for (const leaver of [0, 1]) {
  test(`if caller ${leaver} of two leaves, the other one is answered and the flight is not cancelled`, async () => {
    const { upstream, shout } = start();
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

test('when all callers have left the flight is cancelled; a caller that left before it began does not count', async () => {
  const { upstream, shout, flights } = start({ manner: 'listening' });
  const callers = [leavableCall(), leavableCall()];
  const ends = [abandonedCall(), ...callers.map(({ call }) => call)].map((call) => shout('abc', call));

  callers[0]?.leave();
  const isToldEarly = upstream.received[0]?.signal.aborted;
  callers[1]?.leave();

  assert.deepEqual([isToldEarly, upstream.received[0]?.signal.aborted], [false, true]);
  const outcomes = await Promise.allSettled(ends);
  assert.ok(outcomes.every(({ status }) => status === 'rejected'));
  assert.equal(flights(), 0);
});

for (const end of ['lands', 'fails'] as const) {
  test(`callers that join an abandoned flight that ${end} share ${end === 'lands' ? 'it' : 'a new one'}`, async () => {
    const { upstream, shout, shoutAll } = start();
    const { call, leave } = leavableCall();
    const abandoned = shout('abc', call).catch((error) => error);
    leave();

    const later = shoutAll(['abc', 'abc', 'abc']);
    if (end === 'fails') upstream.failHeld(timedOut);
    await settled();
    upstream.answerHeld();

    assert.deepEqual(await later, ['ABC', 'ABC', 'ABC']);
    assert.equal(upstream.calls.length, end === 'fails' ? 2 : 1);
    assert.equal((await abandoned) === timedOut, end === 'fails');
  });
}

test('a flight lasts to the latest deadline of all who joined', async () => {
  const { upstream, shout } = start();

  for (const deadline of [2000, 5000, 3000]) void shout('abc', testCall({ deadline }));

  assert.equal(upstream.received[0]?.deadline, 5000);
});

for (const [what, limits, waitingTexts] of [
  ['as many callers wait as there are places', { maxWaiting: 2 }, ['1', '2']],
  ['the process is pressed', { isPressed: () => true }, []],
] as const) {
  test(`while ${what}, the next caller is refused at once`, async () => {
    const { upstream, shout, world, waiting } = start(limits);
    for (const text of waitingTexts) void shout(text);

    await assert.rejects(shout('next'), { code: 'OVERLOADED' });

    assert.deepEqual([upstream.calls, waiting()], [waitingTexts, waitingTexts.length]);
    assert.deepEqual(world.events, [{ type: 'shed', reason: 'misses' }]);
  });
}

for (const end of ['is answered', 'fails', 'leaves'] as const) {
  test(`a caller that ${end} gives its place back at once, and only once; one that had left has none`, async () => {
    const { upstream, shout, waiting } = start({ maxWaiting: 1 });
    const { call, leave } = leavableCall();
    const first = shout('1', call).catch(() => {});

    if (end === 'is answered') upstream.answerHeld();
    if (end === 'fails') upstream.failHeld(timedOut);
    if (end !== 'leaves') await first;
    leave();
    await assert.rejects(shout('gone', abandonedCall()));
    const afterEnd = waiting();
    const second = shout('2');

    assert.deepEqual([afterEnd, waiting(), upstream.calls], [0, 1, ['1', '2']]);
    upstream.answerHeld();
    await Promise.all([first, second]);
    assert.equal(waiting(), 0);
  });
}

interface Options {
  readonly manner?: 'listening' | 'deaf';
  readonly maxWaiting?: number;
  readonly isPressed?: () => boolean;
}

/** Coalesced callers behind a limit of waiting callers. Their upstream keeps them waiting. */
function start({ manner = 'deaf', maxWaiting = 100, isPressed = () => false }: Options = {}) {
  const layer = layerUnderTest((upstream, world) => {
    const coalesced = coalescedShouter(upstream, world);
    return {
      ...coalesced,
      ...missLimitedShouter(coalesced, { waiting: coalesced.waiting, maxWaiting, isPressed }, world),
    };
  });
  layer.upstream.hold(manner);
  const { flights, waiting } = layer.layer;
  return { ...layer, flights, waiting };
}
