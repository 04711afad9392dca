import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workerPlace } from '../../../src/workers/worker-place.ts';
import { settled } from '../../support/fake-clock.ts';
import { pick } from '../../support/pick.ts';
import { testWorld } from '../../support/world.ts';
import { fakeWorkers } from './fake-worker.ts';

/** A place whose first worker serves. */
async function taken() {
  const world = testWorld();
  const { fork, forked } = fakeWorkers();
  const place = workerPlace(fork, world);
  const started = place.start();
  forked[0]?.listen();
  await started;
  return { world, forked, place, clock: world.clock };
}

test('a worker that ends is reported and replaced', async () => {
  const { world, forked, place, clock } = await taken();

  forked[0]?.end({ signal: 'SIGKILL' });
  await settled();
  const between = place.serving();
  await clock.advance(100);
  forked[1]?.listen();
  await settled();

  assert.equal(between, undefined);
  assert.equal(place.serving()?.pid, 2);
  assert.deepEqual(world.told('worker-ended'), [
    { type: 'worker-ended', pid: 1, code: null, signal: 'SIGKILL', wasAsked: false },
  ]);
  assert.deepEqual(pick(world.told('worker-listening'), 'pid'), [1, 2]);
});

test('workers that keep ending are replaced after growing pauses, at most 5 s', async () => {
  const { forked, clock } = await taken();
  const pauses: number[] = [];

  for (let i = 0; i < 9; i++) {
    forked[i]?.end({ code: 1 });
    const since = clock.now();
    while (forked.length === i + 1) await clock.advance(50);
    pauses.push(clock.now() - since);
  }

  assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
});

test('a worker that served for 10 s is replaced after the shortest pause', async () => {
  const { forked, clock } = await taken();
  for (let i = 0; i < 5; i++) {
    forked[i]?.end({ code: 1 });
    await clock.advance(5000);
  }
  const last = forked.length;
  await clock.advance(10_000);

  forked[last - 1]?.end({ code: 1 });
  await clock.advance(100);

  assert.equal(forked.length, last + 1);
});

test('a worker that does not answer for 10 s is killed and replaced', async () => {
  const { world, forked, clock } = await taken();
  await clock.advance(30_000);
  const before = world.told('worker-ended').length;

  forked[0]?.setStuck();
  await clock.advance(12_000);

  assert.equal(before, 0);
  assert.deepEqual(
    world.told('worker-ended').map(({ pid, signal }) => [pid, signal]),
    [[1, 'SIGKILL']],
  );
  assert.equal(forked.length, 2);
});

test('a first worker that ends before it serves fails the start', async () => {
  const { fork, forked } = fakeWorkers();
  const started = workerPlace(fork, testWorld()).start();

  forked[0]?.end({ code: 1 });

  await assert.rejects(started, /a worker could not start: it ended with exit code 1/);
});

test('a worker that is drained is not replaced, and leaves no timer', async () => {
  const { world, forked, place, clock } = await taken();

  await place.drain();
  await clock.advance(60_000);

  assert.deepEqual([forked.length, forked[0]?.drained, clock.timers()], [1, true, 0]);
  assert.equal(world.told('worker-ended')[0]?.wasAsked, true);
});

test('a place that is drained while it is empty starts no other worker', async () => {
  const { forked, place, clock } = await taken();
  forked[0]?.end({ code: 1 });
  await settled();

  await place.drain();
  await clock.advance(60_000);

  assert.equal(forked.length, 1);
});

test('each worker that hangs in its start is killed after 20 s, and the next one is started', async () => {
  const world = testWorld();
  const { fork, forked } = fakeWorkers();
  const started = workerPlace(fork, world).start();

  await world.clock.advance(19_999);
  const before = [forked.length];
  await world.clock.advance(1 + 100 + 19_999);
  before.push(forked.length);
  await world.clock.advance(1 + 100);
  forked[2]?.listen();
  await started;

  assert.deepEqual([...before, forked.length], [1, 2, 3]);
  assert.deepEqual(pick(world.told('worker-ended'), 'signal'), ['SIGKILL', 'SIGKILL']);
});

test('a worker that hangs in its start is killed two seconds after it was asked to drain', async () => {
  const { world, forked, place, clock } = await taken();
  forked[0]?.end({ code: 1 });
  await clock.advance(100 + 5000);
  forked[1]?.setStuck();

  const drained = place.drain();
  await clock.advance(1999);
  const before = world.told('worker-ended').length;
  await clock.advance(1);
  await drained;

  assert.equal(before, 1);
  assert.equal((await forked[1]?.ended)?.signal, 'SIGKILL');
});

test('a worker that begins to serve after it was asked to drain is not killed', async () => {
  const { world, forked, place, clock } = await taken();
  forked[0]?.end({ code: 1 });
  await clock.advance(100);
  forked[1]?.setStuck();
  const drained = place.drain();

  forked[1]?.listen();
  await clock.advance(5000);
  forked[1]?.end({ code: 0 });
  await drained;

  assert.equal(world.told('worker-ended').at(-1)?.code, 0);
});

test('a worker that lost answers in its drain fails the drain', async () => {
  const { forked, place } = await taken();
  forked[0]?.setStuck();

  const drained = assert.rejects(place.drain(), /ended before everything was answered/);
  forked[0]?.end({ code: 1 });

  await drained;
});

test('a drain `now` asks the worker to end at once', async () => {
  const { forked, place } = await taken();

  await assert.rejects(place.drain('now'));

  assert.deepEqual([forked[0]?.hurried, forked[0]?.drained], [true, false]);
});
