import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureReport } from './report.ts';
import { addCoverage, runSeeds, type SeedsOutcome } from './seeds.ts';

// Each test runs a fixed number of seeds, so that it does the same work on each machine. A slow machine can finish so few, too.
const SEEDS_A_TEST = 3;
const FIXED = [1, 4, 7, 10, 13, 16, 19].map((from) => ({ from, outcome: lazily(from) }));
const FRESH = Date.now() % 1_000_000_000;

for (const { from, outcome } of FIXED) {
  test(`the stack keeps its promises in the ${SEEDS_A_TEST} runs from seed ${from} on`, async () => {
    await assertNone(await outcome());
  });
}

test('each thing that a run counts happens in one of these runs', async () => {
  const outcomes = await Promise.all(FIXED.map(({ outcome }) => outcome()));

  const coverage = addCoverage(outcomes.map((each) => each.coverage));
  const missing = Object.entries(coverage).filter(([, count]) => count === 0);
  assert.deepEqual(missing, []);
});

test(`the stack keeps its promises in new runs, from seed ${FRESH} on`, async () => {
  await assertNone(await runSeeds({ from: FRESH, count: 2 }));
});

/** Runs these seeds at the first call. */
function lazily(from: number): () => Promise<SeedsOutcome> {
  let outcome: Promise<SeedsOutcome> | undefined;
  return () => {
    outcome ??= runSeeds({ from, count: SEEDS_A_TEST });
    return outcome;
  };
}

async function assertNone({ failed: [seed] }: SeedsOutcome): Promise<void> {
  if (seed !== undefined) assert.fail(await failureReport(seed));
}
