import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workerPlace } from '../../../src/workers/worker-place.ts';
import { settled } from '../../support/fake-clock.ts';
import { pick } from '../../support/pick.ts';
import { testWorld } from '../../support/world.ts';
import { fakeWorkers } from './fake-worker.ts';

/** A place whose first worker is starting. */
function starting() {
  const world = testWorld();
  const { fork, forked, nth } = fakeWorkers();
  const place = workerPlace(fork, world);
  return { ...{ world, forked, nth, place }, clock: world.clock, started: place.start() };
}

/** A place whose first worker serves. */
async function taken() {
  const { started, ...parts } = starting();
  parts.nth(1).listen();
  await started;
  return parts;
}

/** A place whose first worker has ended, and whose second one hangs in its start. */
async function takenAgain() {
  const parts = await taken();
  parts.nth(1).end({ code: 1 });
  await parts.clock.advance(100);
  parts.nth(2).isStuck = true;
  return parts;
}

test('a worker that ends is reported and replaced', async () => {
  const { world, nth, place, clock } = await taken();

  nth(1).end({ signal: 'SIGKILL' });
  await settled();
  const between = place.serving();
  await clock.advance(100);
  nth(2).listen();
  await settled();

  assert.deepEqual([between, place.serving()?.pid], [undefined, 2]);
  assert.deepEqual(world.told('worker-ended'), [
    { type: 'worker-ended', pid: 1, code: null, signal: 'SIGKILL', wasAsked: false },
  ]);
  assert.deepEqual(pick(world.told('worker-listening'), 'pid'), [1, 2]);
});

test('workers that keep ending are replaced after growing pauses, at most 5 s', async () => {
  const { forked, nth, clock } = await taken();
  const pauses: number[] = [];

  for (let number = 1; number <= 9; number++) {
    nth(number).end({ code: 1 });
    const since = clock.now();
    while (forked.length === number) await clock.advance(50);
    pauses.push(clock.now() - since);
  }

  assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
});

test('a worker that served for 10 s is replaced after the shortest pause', async () => {
  const { forked, nth, clock } = await taken();
  for (let number = 1; number <= 5; number++) {
    nth(number).end({ code: 1 });
    await clock.advance(5000);
  }
  const last = forked.length;
  await clock.advance(10_000);

  nth(last).end({ code: 1 });
  await clock.advance(100);

  assert.equal(forked.length, last + 1);
});

test('a worker that does not answer for 10 s is killed and replaced', async () => {
  const { world, forked, nth, clock } = await taken();
  await clock.advance(30_000);
  const before = world.told('worker-ended').length;

  nth(1).isStuck = true;
  await clock.advance(12_000);

  assert.equal(before, 0);
  assert.deepEqual(pick(world.told('worker-ended'), 'signal'), ['SIGKILL']);
  assert.equal(forked.length, 2);
});

test('a first worker that ends before it serves fails the start', async () => {
  const { nth, started } = starting();

  nth(1).end({ code: 1 });

  await assert.rejects(started, /a worker could not start: it ended with exit code 1/);
});

test('each worker that hangs in its start is killed after 20 s, and the next one is started', async () => {
  const { world, clock, forked, nth, started } = starting();

  await clock.advance(19_999);
  const before = [forked.length];
  await clock.advance(1 + 100 + 19_999);
  before.push(forked.length);
  await clock.advance(1 + 100);
  nth(3).listen();
  await started;

  assert.deepEqual([...before, forked.length], [1, 2, 3]);
  assert.deepEqual(pick(world.told('worker-ended'), 'signal'), ['SIGKILL', 'SIGKILL']);
});

test('a worker that is drained is not replaced, and leaves no timer', async () => {
  const { world, forked, nth, place, clock } = await taken();

  await place.drain();
  await clock.advance(60_000);

  assert.deepEqual([forked.length, nth(1).orders, clock.timers()], [1, ['drain'], 0]);
  assert.deepEqual(pick(world.told('worker-ended'), 'wasAsked'), [true]);
});

test('a place that is drained while it is empty starts no other worker', async () => {
  const { forked, nth, place, clock } = await taken();
  nth(1).end({ code: 1 });
  await settled();

  await place.drain();
  await clock.advance(60_000);

  assert.deepEqual([forked.length, nth(1).orders], [1, []]);
});

test('a worker that hangs in its start is killed two seconds after it was asked to drain', async () => {
  const { world, nth, place, clock } = await takenAgain();
  await clock.advance(5000);

  const drained = place.drain();
  await clock.advance(1999);
  const before = world.told('worker-ended').length;
  await clock.advance(1);
  await drained;

  assert.equal(before, 1);
  assert.equal((await nth(2).ended).signal, 'SIGKILL');
});

test('a worker that begins to serve after it was asked to drain is not killed', async () => {
  const { nth, place, clock } = await takenAgain();
  const drained = place.drain();

  nth(2).listen();
  await clock.advance(5000);
  nth(2).end({ code: 0 });
  await drained;

  assert.equal((await nth(2).ended).code, 0);
});

test('a worker that lost answers in its drain fails the drain', async () => {
  const { nth, place } = await taken();
  nth(1).isStuck = true;

  const drained = assert.rejects(place.drain(), /ended before everything was answered/);
  nth(1).end({ code: 1 });

  await drained;
});

test('a drain `now` asks the worker to end at once', async () => {
  const { nth, place } = await taken();

  await assert.rejects(place.drain('now'));

  assert.deepEqual(nth(1).orders, ['hurry']);
});
