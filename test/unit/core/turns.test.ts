import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NextTurn, turns } from '../../../src/core/turns.ts';
import { heldTurn } from '../../support/world.ts';

test('a turn has work of up to 16 KiB, or one larger piece; work that no one needs does not count', async () => {
  const { nextTurn, turn } = heldTurns();

  const sizes = [10_000, 9000, 8000, 20_000, 7000, 6384, 6383, 1];
  for (const bytes of sizes) nextTurn(bytes, () => bytes === 9000 || bytes === 6384);

  assert.deepEqual(await turn(), [6384, 9000, 1, 8000, 7000]);
  assert.deepEqual(await turn(), [6383, 10_000]);
  assert.deepEqual(await turn(), [20_000]);
  assert.equal(await turn(), undefined);
});

test('an endless stream of smaller work keeps no text waiting: every second turn begins with the next size', async () => {
  const { nextTurn, turn } = heldTurns();
  const done: (number | undefined)[] = [];

  for (const bytes of [200_000, 200_001, 20_000]) nextTurn(bytes);
  for (let count = 0; count < 10; count++) {
    for (const bytes of [15_000, 15_000]) nextTurn(bytes);
    done.push(...((await turn()) ?? []));
  }

  assert.deepEqual(done, [
    ...[15_000, 15_000, 15_000, 20_000, 15_000, 200_000],
    ...[15_000, 15_000, 15_000, 200_001],
  ]);
});

test('an endless stream of smaller work does not fill a turn that begins with the next size', async () => {
  const { nextTurn, turn } = heldTurns();
  const done: (readonly number[] | undefined)[] = [];

  for (let count = 0; count < 4; count++) {
    for (const bytes of [8000, 8000, 8192, 8192]) nextTurn(bytes);
    done.push(await turn());
  }

  const small = [8000, 8000];
  assert.deepEqual(done, [small, small, small, [8192, 8192]]);
});

test('slow work takes a turn for each piece, behind all other work, and the smallest first', async () => {
  const { nextTurn, turn } = heldTurns();

  nextTurn(2000, undefined, 'slow');
  nextTurn(1000, undefined, 'slow');
  nextTurn(200_000);
  nextTurn(1);

  assert.deepEqual(await turn(), [1]);
  assert.deepEqual(await turn(), [200_000]);
  assert.deepEqual(await turn(), [1000]);
  assert.deepEqual(await turn(), [2000]);
});

test('if much work waits, only now and then a turn looks through it for work that no one needs: each turn pays for 64 pieces', async () => {
  const { nextTurn, turn } = heldTurns();
  let looks = 0;
  for (let count = 0; count < 640; count++) nextTurn(20_000, () => looks++ < 0);

  for (let count = 0; count < 9; count++) await turn();
  // `isGone` was called only for the nine pieces that were done, once at the start of each.
  assert.equal(looks, 9);

  await turn();
  assert.equal(looks, 9 + 631 + 1);
});

test('work that no one needs takes no turn, however much of it waits', async () => {
  const { nextTurn, turn } = heldTurns();
  for (let count = 0; count < 100; count++) nextTurn(20_000, () => true);
  for (const bytes of [20_001, 20_002]) nextTurn(bytes);

  const done = await turn();

  assert.deepEqual([done?.length, done?.at(-1)], [101, 20_001]);
});

/** Each turn comes when the test calls `turn`. `turn` resolves with the sizes of the work that was done. */
function heldTurns() {
  const { soon, waiting, end } = heldTurn();
  const wait = turns({ soon });
  let done: number[] = [];
  return {
    nextTurn: (...work: Parameters<NextTurn>) => void wait(...work).then(() => done.push(work[0])),
    async turn(): Promise<number[] | undefined> {
      assert.ok(waiting.length <= 1, 'a turn follows already');
      if (waiting.length === 0) return undefined;
      done = [];
      end();
      await Promise.resolve();
      return done;
    },
  };
}
