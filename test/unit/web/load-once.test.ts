import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOnce } from '../../../src/web/pages.ts';

test('what was loaded is kept, also for those who asked meanwhile', async () => {
  let loads = 0;
  const load = loadOnce(async () => ++loads);

  assert.deepEqual(await Promise.all([load(), load()]), [1, 1]);
  assert.equal(await load(), 1);
});

test('a failed load is tried again by the next who asks', async () => {
  const outcomes = [Promise.reject(new Error('not now')), Promise.resolve('here')];
  const load = loadOnce(async () => outcomes.shift());

  await assert.rejects(load(), /not now/);

  assert.equal(await load(), 'here');
});
