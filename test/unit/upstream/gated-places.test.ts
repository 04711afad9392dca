import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TuohsError } from '../../../src/core/errors.ts';
import { Gate, type Release } from '../../../src/upstream/gated-shouter.ts';
import { abandonedCall, leavableCall, testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { testWorld } from '../../support/world.ts';

test('there is a place for each connection at once, and the next caller waits', async () => {
  const { gate, queue, entered } = startGate({ connections: 2 });

  queue('first', 'second', 'third');
  await settled();

  assert.deepEqual(entered, ['first', 'second']);
  assert.equal(gate.isOpen, false);
});

test('places are given in the order the callers came', async () => {
  const { queue, entered, releaseFirst } = startGate({ connections: 1 });
  queue('first', 'second', 'third', 'fourth');

  for (let i = 0; i < 3; i++) {
    await settled();
    releaseFirst();
  }
  await settled();

  assert.deepEqual(entered, ['first', 'second', 'third', 'fourth']);
});

test('who comes while others wait does not overtake them', async () => {
  const { queue, entered, releaseFirst } = startGate({ connections: 1 });
  queue('first', 'second');
  await settled();

  releaseFirst();
  queue('late');
  await settled();

  assert.deepEqual(entered, ['first', 'second']);
});

test('a place that is released twice is free once', async () => {
  const { gate, queue, entered } = startGate({ connections: 1 });
  const release = await gate.take(testCall());

  release();
  release();
  queue('first', 'second');
  await settled();

  assert.deepEqual(entered, ['first']);
});

test('a caller that leaves is let go at once and its turn goes to the next', async () => {
  const { gate, queue, entered, releaseFirst } = startGate({ connections: 1 });
  queue('first');
  const { call, leave } = leavableCall();
  const waiting = Promise.resolve(gate.take(call));
  queue('next');

  leave();

  await assert.rejects(waiting, call.signal.reason as Error);
  await settled();
  releaseFirst();
  await settled();
  assert.deepEqual(entered, ['first', 'next']);
});

test('a caller that left before it came does not wait', async () => {
  const { gate, queue } = startGate({ connections: 1 });
  queue('first');
  const call = abandonedCall();

  const outcome = await Promise.race([enter(gate, call).catch((reason) => reason), settled()]);

  assert.equal(outcome, call.signal.reason);
});

test('a caller that leaves once it is in keeps its place until it releases it', async () => {
  const { gate, queue, entered } = startGate({ connections: 1 });
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

test('the listener is told when a place comes back', async () => {
  const { gate } = startGate({ connections: 1 });
  const release = await gate.take(testCall());
  const seen: boolean[] = [];
  gate.onChange(() => seen.push(gate.isOpen));

  release();

  assert.deepEqual(seen, [true]);
});

test('those who wait can be refused, all at once, and places go on to those who come later', async () => {
  const { gate, queue, entered, releaseFirst } = startGate({ connections: 1 });
  queue('first');
  const refused = assert.rejects(enter(gate), { code: 'UPSTREAM_UNREACHABLE', retryAfterMs: 5 });
  await settled();

  gate.refuseWaiting(new TuohsError('UPSTREAM_UNREACHABLE', 'as told', { retryAfterMs: 5 }));
  await refused;
  queue('later');
  releaseFirst();
  await settled();

  assert.deepEqual(entered, ['first', 'later']);
});

async function enter(gate: Gate, call = testCall()): Promise<Release> {
  return gate.take(call);
}

function startGate(options: { connections: number }) {
  const gate = new Gate(options, testWorld());
  const entered: string[] = [];
  const places: Release[] = [];
  return {
    gate,
    /** The names of those who got a place, in order. */
    entered,
    queue(...names: string[]) {
      for (const name of names) {
        void enter(gate).then((release) => {
          entered.push(name);
          places.push(release);
        });
      }
    },
    releaseFirst: () => places.shift()?.(),
  };
}
