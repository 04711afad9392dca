import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workerPool } from '../../../src/workers/worker-pool.ts';
import { pick } from '../../support/pick.ts';
import { testWorld } from '../../support/world.ts';
import { fakeWorkers } from './fake-worker.ts';

function poolOfTwo() {
  const world = testWorld();
  const { fork, forked } = fakeWorkers();
  return { world, forked, pool: workerPool({ size: 2, fork }, world) };
}

async function startedPool() {
  const { pool, forked, world } = poolOfTwo();
  const started = pool.start();
  for (const worker of forked) worker.listen();
  await started;
  return { pool, forked, clock: world.clock };
}

test('the pool has started when all workers serve', async () => {
  const { pool } = await startedPool();

  assert.equal(pool.serving(), 2);
});

test('all workers are asked, and an answer that takes longer than a second is left out', async () => {
  const { pool, forked, clock } = await startedPool();
  forked[1]?.setStuck();

  const asked = pool.ask('status');
  await clock.advance(1000);

  assert.deepEqual(await asked, [
    { pid: 1, answer: 'status of 1' },
    { pid: 2, answer: undefined },
  ]);
});

test('all workers are drained at the same time', async () => {
  const { pool, forked } = await startedPool();

  await pool.drain();

  assert.deepEqual(pick(forked, 'drained'), [true, true]);
});

test('if one cannot start, the others are killed, not drained', async () => {
  const { pool, forked } = poolOfTwo();
  const started = pool.start();
  forked[0]?.listen();
  forked[1]?.end({ code: 1 });
  await assert.rejects(started);

  await pool.drain();

  assert.deepEqual(await forked[0]?.ended, { code: null, signal: 'SIGKILL' });
});
