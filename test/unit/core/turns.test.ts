import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turns } from '../../../src/core/clock.ts';

test('each piece of work has a turn of its own, and the oldest and the smallest take turns', async () => {
  let runTurn: (() => void) | undefined;
  const nextTurn = turns({
    soon(run) {
      runTurn = run;
      return () => {};
    },
  });
  const done: number[][] = [];

  for (const bytes of [300, 200, 100, 20, 10]) void nextTurn(bytes).then(() => done.at(-1)?.push(bytes));
  for (let run = runTurn; run; run = runTurn) {
    runTurn = undefined;
    done.push([]);
    run();
    await Promise.resolve();
  }

  assert.deepEqual(done, [[300], [10], [200], [20], [100]]);
});
