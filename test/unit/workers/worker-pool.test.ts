import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { workerPool } from '../../../src/workers/worker-pool.ts';
import { pick } from '../../support/pick.ts';
import { testWorld } from '../../support/world.ts';
import { fakeWorkers } from './fake-worker.ts';

/** A pool of two workers that start. Neither serves yet. */
function startingPool() {
  const world = testWorld();
  const { fork, forked, nth } = fakeWorkers();
  const pool = workerPool({ size: 2, fork }, world);
  return { ...{ forked, nth, pool }, clock: world.clock, started: pool.start() };
}

async function startedPool() {
  const { started, ...parts } = startingPool();
  for (const worker of parts.forked) worker.listen();
  await started;
  return parts;
}

test('all workers are asked, and an answer that takes longer than a second is left out', async () => {
  const { pool, nth, clock } = await startedPool();
  const timers = clock.timers();
  await pool.ask('status');
  const left = clock.timers() - timers;
  nth(2).isStuck = true;

  const asked = pool.ask('status');
  await clock.advance(1000);

  assert.deepEqual([pool.serving(), left], [2, 0]);
  assert.deepEqual(await asked, [
    { pid: 1, answer: 'status of 1' },
    { pid: 2, answer: undefined },
  ]);
});

for (const [manner, order] of [
  [undefined, 'drain'],
  ['now', 'hurry'],
] as const) {
  test(`all workers are asked to ${order} at the same time, and not killed`, async () => {
    const { pool, forked, nth } = await startedPool();
    for (const worker of forked) worker.isStuck = true;

    const drained = pool.drain(manner);
    const orders = pick(forked, 'orders');
    for (const worker of forked) worker.end({ code: 0 });
    await drained;

    assert.deepEqual(orders, [[order], [order]]);
    assert.equal((await nth(2).ended).code, 0);
  });
}

test('if one worker is killed in the drain, the others can still end', async () => {
  const { pool, forked, nth } = await startedPool();
  for (const worker of forked) worker.isStuck = true;
  let isDrained = false;

  const drained = pool.drain().finally(() => {
    isDrained = true;
  });
  nth(1).kill();
  await turn();
  const wasDrained = isDrained;
  nth(2).end({ code: 0 });

  await assert.rejects(drained, /a worker ended before everything was answered/);
  assert.equal(wasDrained, false);
});

test('if one worker cannot start, the others are killed, not drained', async () => {
  const { pool, nth, started } = startingPool();
  nth(1).listen();
  nth(2).end({ code: 1 });
  await assert.rejects(started);

  await pool.drain();

  assert.deepEqual(await nth(1).ended, { code: null, signal: 'SIGKILL' });
});

test('workers that are killed are not replaced', async () => {
  const { pool, forked, clock } = await startedPool();

  pool.kill();
  await clock.advance(60_000);

  assert.deepEqual([forked.length, pool.serving(), clock.timers()], [2, 0, 0]);
});
