import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../../src/core/clock.ts';
import { TuohsError } from '../../../src/core/errors.ts';
import { Gate, type Release } from '../../../src/upstream/gated-shouter.ts';
import { abandonedCall, leavableCall, testCall } from '../../support/call.ts';
import { fakeClock, settled } from '../../support/fake-clock.ts';
import { soFar } from '../../support/layer.ts';

test('there is a place for each connection at once, and others get theirs in the order they came', async () => {
  const { gate, queue, entered, releaseFirst } = startGate({ connections: 2 });
  queue('first', 'second', 'third', 'fourth');
  await settled();
  const atOnce = [...entered];

  releaseFirst();
  queue('late');
  await settled();
  releaseFirst();
  await settled();

  assert.deepEqual(atOnce, ['first', 'second']);
  assert.deepEqual(entered, ['first', 'second', 'third', 'fourth']);
  assert.equal(gate.isOpen, false);
});

test('a place that is released twice is free once', async () => {
  const { gate, queue, entered } = startGate();
  const release = await gate.take(testCall());

  release();
  release();
  queue('first', 'second');
  await settled();

  assert.deepEqual(entered, ['first']);
});

test('a caller that leaves is let go at once and its turn goes to the next', async () => {
  const { enter, queue, entered, releaseFirst } = startGate();
  queue('first');
  const { call, leave } = leavableCall();
  const waiting = enter(call);
  queue('next');

  leave();

  await assert.rejects(waiting, call.signal.reason as Error);
  releaseFirst();
  await settled();
  assert.deepEqual(entered, ['first', 'next']);
});

test('a caller that left before it came does not wait', async () => {
  const { enter, queue } = startGate();
  queue('first');
  const call = abandonedCall();

  assert.equal(await soFar(enter(call)), call.signal.reason);
});

test('a caller that leaves once it is in keeps its place until it releases it', async () => {
  const { gate, queue, entered } = startGate();
  const { call, leave } = leavableCall();
  const release = await gate.take(call);
  queue('next');

  leave();
  await settled();
  const before = [...entered];
  release();
  await settled();

  assert.deepEqual([before, entered], [[], ['next']]);
});

test('those who wait can be refused, all at once, and places go on to those who come later', async () => {
  const { gate, enter, queue, entered, releaseFirst } = startGate();
  queue('first');
  const refused = assert.rejects(enter(), { code: 'UPSTREAM_UNREACHABLE', retryAfterMs: 5 });
  await settled();

  gate.refuseWaiting(new TuohsError('UPSTREAM_UNREACHABLE', 'as told', { retryAfterMs: 5 }));
  await refused;
  queue('later');
  releaseFirst();
  await settled();

  assert.deepEqual(entered, ['first', 'later']);
});

test('the listener is told when a place comes back, when a pause begins and when it is over', async () => {
  const { gate, clock } = startGate();
  const release = await gate.take(testCall());
  const seen: boolean[] = [];
  gate.onChange(() => seen.push(gate.isOpen));

  release();
  gate.pause(2000);
  await clock.advance(2000);

  assert.deepEqual(seen, [true, false, true]);
});

test('a pause refuses at once each caller whose deadline it outlasts, and says how long it is', async () => {
  const { clock, enter, gate } = startGate();
  await enter();
  const waiting = enter(testCall({ deadline: clock.now() + 2000 }));

  gate.pause(2000);
  await assert.rejects(waiting, { code: 'UPSTREAM_UNREACHABLE', retryAfterMs: 2000 });
  await clock.advance(500);
  const refused = enter(testCall({ deadline: clock.now() + 1500 }));

  await assert.rejects(refused, { code: 'UPSTREAM_UNREACHABLE', retryAfterMs: 1500 });
});

test('a caller whose deadline is after the pause gets its place when it is over, not before', async () => {
  const { clock, enter, gate } = startGate();
  gate.pause(2000);
  const entering = enter(testCall({ deadline: clock.now() + 2001 }));

  await clock.advance(1999);
  const before = await soFar(entering);
  await clock.advance(1);

  assert.equal(before, 'waits');
  assert.notEqual(await soFar(entering), 'waits');
});

test('a place that comes back during a pause is given when the pause is over', async () => {
  const { clock, queue, entered, releaseFirst, gate } = startGate({ connections: 2 });
  queue('first', 'second', 'third', 'fourth', 'fifth');
  await settled();
  gate.pause(2000);

  releaseFirst();
  releaseFirst();
  await settled();
  const before = entered.length;
  await clock.advance(2000);

  assert.deepEqual([before, entered.length], [2, 4]);
});

for (const [first, second] of [
  [3000, 1000],
  [1000, 3000],
] as const) {
  test(`a pause of ${first} ms and one of ${second} ms end with the longer one`, async () => {
    const { clock, enter, gate } = startGate();
    gate.pause(first);
    const entering = enter();

    gate.pause(second);
    const left = gate.pauseMs;
    await clock.advance(2999);
    const before = await soFar(entering);
    await clock.advance(1);

    assert.deepEqual([left, before], [3000, 'waits']);
    await entering;
  });
}

test('a pause ends even if its timer runs a fraction of a millisecond early, as those of Node do', async () => {
  const clock = fakeClock();
  const wholeMs: Clock = {
    ...clock,
    after: (ms, run) => clock.after(Math.max(1, Math.trunc(ms)), run),
  };
  const gate = new Gate({ connections: 1 }, { clock: wholeMs });
  gate.pause(2000.5);
  let changes = 0;
  gate.onChange(() => changes++);

  await clock.advance(2100);

  assert.deepEqual([gate.isOpen, changes], [true, 1]);
});

test('a closed gate leaves no timer', () => {
  const { clock, gate } = startGate();
  gate.pause(2000);

  gate.close();

  assert.equal(clock.timers(), 0);
});

function startGate(options = { connections: 1 }) {
  const clock = fakeClock();
  const gate = new Gate(options, { clock });
  const entered: string[] = [];
  const places: Release[] = [];
  const enter = async (call = testCall()) => gate.take(call);
  return {
    clock,
    gate,
    enter,
    /** The names of those who got a place, in order. */
    entered,
    queue(...names: string[]) {
      for (const name of names) {
        void enter().then((release) => {
          entered.push(name);
          places.push(release);
        });
      }
    },
    releaseFirst: () => places.shift()?.(),
  };
}
