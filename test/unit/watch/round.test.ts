import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifiedUpperCase } from '../../../src/core/upper-case.ts';
import { playRound, type Question } from '../../../src/watch/round.ts';
import { FAKE_EPOCH_MS, fakeClock } from '../../support/fake-clock.ts';

const never = new AbortController().signal;

/** A round in which the fresh string and the known one fail like this, or do not. */
async function roundWith(fresh: string | undefined, known: string | undefined) {
  const questions: Question[] = [];
  const ask = async (question: Question) => {
    questions.push(question);
    return question.text === 'test' ? { durationMs: 3, failure: known } : { durationMs: 40, failure: fresh };
  };
  return { round: await playRound(ask, { ...fakeClock(), random: Math.random }, never), questions };
}

for (const [fresh, known, failure] of [
  [undefined, undefined, undefined],
  [
    'refused',
    undefined,
    {
      cause: 'upstream',
      reason: 'a fresh string is not answered: refused; known strings are still answered',
    },
  ],
  [undefined, 'refused', { cause: 'service', reason: 'a known string is not answered: refused' }],
  ['slow', 'refused', { cause: 'service', reason: 'nothing is answered: refused' }],
] as const) {
  test(`a fresh string that is ${fresh ?? 'right'} and a known one that is ${known ?? 'right'}: ${failure?.cause}`, async () => {
    const { round } = await roundWith(fresh, known);

    const at = new Date(FAKE_EPOCH_MS).toISOString();
    assert.deepEqual(round, { at, freshMs: 40, knownMs: 3, failure });
  });
}

test('the fresh string is another one each time, and its right answer is what SHOUTCLOUD would say', async () => {
  const rounds = await Promise.all(Array.from({ length: 50 }, () => roundWith(undefined, undefined)));

  const fresh = rounds.flatMap(({ questions }) => questions.filter(({ wantsUpstream }) => wantsUpstream));
  assert.equal(new Set(fresh.map(({ text }) => text)).size, 50);
  for (const { text, rightAnswer } of fresh) {
    assert.equal(verifiedUpperCase([...text].reverse().join(''), rightAnswer), rightAnswer);
  }
});
