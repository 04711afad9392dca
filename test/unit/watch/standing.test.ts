import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { afterRound, firstStanding, type Thresholds } from '../../../src/watch/standing.ts';
import type { Standing } from '../../../src/watch/watch-state.ts';
import { at, roundNo } from './watch-under-test.ts';

const THRESHOLDS = { downAfter: 3, upAfter: 2 };

for (const [rounds, standing] of [
  ['ddudd', { status: 'up', since: at(0), contrary: { rounds: 2, since: at(4) } }],
  ['ududdd', { status: 'down', since: at(4), contrary: null }],
  ['dddududduu', { status: 'up', since: at(9), contrary: null }],
] as const) {
  test(`after ${rounds} it is ${standing.status}, since the first of the rounds that decided it`, () => {
    assert.deepEqual(standings(rounds).at(-1), standing);
  });
}

test('for any rounds, the status changes exactly when enough of the last rounds contradict it', () => {
  const few = fc.integer({ min: 1, max: 5 });
  const anyThresholds = fc.record({ downAfter: few, upAfter: few });
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 60 }), anyThresholds, (rounds, thresholds) => {
      const word = rounds.map((isGood) => (isGood ? 'u' : 'd')).join('');

      const seen = standings(word, thresholds).map(({ status }) => status);

      assert.deepEqual(seen, statusesOf(word, thresholds));
    }),
  );
});

/** The standing after each round. Each letter of `word` is a round: `u` a good one, `d` a failed one. */
function standings(word: string, thresholds: Thresholds = THRESHOLDS): Standing[] {
  let standing = firstStanding(at(0));
  return [...word].map((letter, i) => {
    standing = afterRound(standing, roundNo(i + 1, letter === 'u'), thresholds);
    return standing;
  });
}

/** The status after each round, computed from all rounds so far. */
function statusesOf(word: string, { downAfter, upAfter }: Thresholds): string[] {
  let status = 'up';
  return [...word].map((_, i) => {
    const history = word.slice(0, i + 1);
    if (status === 'up' && history.endsWith('d'.repeat(downAfter))) status = 'down';
    else if (status === 'down' && history.endsWith('u'.repeat(upAfter))) status = 'up';
    return status;
  });
}
