import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NextTurn } from '../../../src/core/turns.ts';
import { workTurns } from '../../../src/http/work-turns.ts';
import { heldTurn } from '../../support/world.ts';

test('work of one turn is done at once if it is small or fits into 16 KiB, and the rest in turns of its own', async () => {
  const { soon, end } = heldTurn();
  const later: number[] = [];
  const nextTurn: NextTurn = async (bytes, isGone) => void later.push(isGone?.() ? -bytes : bytes);
  const turns = workTurns(nextTurn, { soon });
  const now: number[] = [];
  const workOn = async (...texts: readonly number[]) => {
    for (const bytes of texts) {
      let isNow = true;
      const work = () => isNow && now.push(bytes);
      const isUnwanted = bytes === 200_000;
      const by = { isUnwanted, waitsForTurn: false, throwIfUnwanted() {}, reply: { isGone: false } };
      const done = turns.work(by, bytes, work);
      isNow = false;
      await done;
    }
  };

  await workOn(16_000, 384, 256, 257, 200_000);
  end();
  await workOn(16_385, 16_384);

  assert.deepEqual(now, [16_000, 384, 256, 16_384]);
  // A negative size marks work that no one needs any more.
  assert.deepEqual(later, [257, -200_000, 16_385]);
});
