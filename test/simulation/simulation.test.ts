import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureReport } from './report.ts';
import { runSeeds } from './seeds.ts';

// A count, not a time: the same work on each machine.
const FIXED = { from: 1, count: 100 };
const FRESH = { from: Date.now() % 1_000_000_000, count: 5 };

test('the stack keeps its promises in the runs that everybody has', async () => {
  const { coverage, failed } = await runSeeds(FIXED);

  await assertNone(failed);
  const missing = Object.entries(coverage).filter(([, count]) => count === 0);
  assert.deepEqual(missing, [], 'something never happens in any of these runs');
});

test(`the stack keeps its promises in ${FRESH.count} new runs, from seed ${FRESH.from} on`, async () => {
  await assertNone((await runSeeds(FRESH)).failed);
});

async function assertNone([seed]: readonly number[]): Promise<void> {
  if (seed !== undefined) assert.fail(await failureReport(seed));
}
