import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifiedUpperCase } from '../../../src/core/upper-case.ts';
import { roundPlayer } from '../../../src/watch/round.ts';
import { FAKE_EPOCH_MS, fakeClock } from '../../support/fake-clock.ts';

const never = new AbortController().signal;

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** By default, the right answer. */
  readonly body?: unknown;
}

/**
 * Plays a round with a service that answers the fresh text with `fresh` after 40 ms, and the known text with `known`. Resolves
 * with the round and its texts.
 */
async function roundWith(fresh: Answer, known: Answer = {}) {
  const texts: string[] = [];
  const clock = { ...fakeClock(), random: Math.random };
  const fetch = async (_url: unknown, init?: RequestInit) => {
    const text: string = JSON.parse(String(init?.body)).data;
    texts.push(text);
    if (text !== 'test') await clock.advance(40);
    const { status = 200, headers = {}, body } = text === 'test' ? known : fresh;
    const right = { data: [...text].reverse().join('').toUpperCase() };
    return new Response(JSON.stringify(body ?? right), { status, headers });
  };
  const play = roundPlayer({ url: 'http://shout.example', timeoutMs: 60_000, fetch }, clock);
  return { round: await play(never), texts };
}

const LOCAL = { headers: { 'cache-status': 'cdn; fwd=miss, tuohs; fwd=miss; detail=local' } };
const DOWN = { status: 504, body: { error: 'No contact', code: 'UPSTREAM_TIMEOUT', requestId: 'r-1' } };
const DOWN_REASON = 'No contact (UPSTREAM_TIMEOUT, request r-1)';
const service = (reason: string) => ({ cause: 'service', reason });
const upstream = (reason: string) => ({
  cause: 'upstream',
  reason: `a fresh text is not answered: ${reason}; known texts are still answered`,
});
const LONG = { status: 503, body: { error: 'x'.repeat(10_000), code: 'Y' } };
const ROUNDS: readonly [what: string, fresh: Answer, known: Answer, failure?: object][] = [
  ['two right answers', {}, {}],
  ['a fallback for the known text', {}, LOCAL],
  ['a fallback for the fresh text', LOCAL, {}, upstream('the fallback answered it, not SHOUTCLOUD')],
  ['a wrong answer', { body: { data: 'X' } }, {}, upstream('the answer is not the right one')],
  ['an error for the fresh text', DOWN, {}, upstream(DOWN_REASON)],
  ['an error for the known text', {}, DOWN, service(`a known text is not answered: ${DOWN_REASON}`)],
  ['two errors', DOWN, DOWN, service(`nothing is answered: ${DOWN_REASON}`)],
  ['a long error', {}, LONG, service(`a known text is not answered: ${'x'.repeat(300)}`)],
];
for (const [what, fresh, known, failure] of ROUNDS) {
  test(`a round with ${what} ${failure ? 'fails, with the reason' : 'is good'}`, async () => {
    const { round } = await roundWith(fresh, known);

    const at = new Date(FAKE_EPOCH_MS).toISOString();
    assert.deepEqual(round, { at, freshMs: 40, knownMs: 0, failure });
  });
}

test('each round asks for another fresh text, and expects the answer of SHOUTCLOUD', async () => {
  const rounds = await Promise.all(Array.from({ length: 50 }, () => roundWith({})));

  const fresh = rounds.flatMap(({ texts }) => texts.filter((text) => text !== 'test'));
  assert.equal(new Set(fresh).size, 50);
  for (const text of fresh) {
    const reversed = [...text].reverse().join('');
    assert.equal(verifiedUpperCase(reversed, reversed.toUpperCase()), reversed.toUpperCase());
  }
});

test('no answer in time is a failure', async () => {
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> =>
    new Promise((_, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
    });
  const play = roundPlayer({ url: 'http://shout.example', timeoutMs: 1, fetch }, fakeClock());

  const { failure } = await play(never);

  assert.equal(failure?.reason, 'nothing is answered: no answer within 1 ms (TIMEOUT)');
});
