import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asker } from '../../../src/watch/round.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const QUESTION = { text: 'abc', rightAnswer: 'CBA', wantsUpstream: true };
const never = new AbortController().signal;

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

/** Asks a service that answers like this. */
function askOne({ status = 200, headers = {}, body }: Answer, question = QUESTION) {
  const fetch = async () => new Response(JSON.stringify(body), { status, headers });
  return asker({ url: 'http://shout.example', timeoutMs: 500, fetch }, fakeClock())(question, never);
}

const LOCAL = { 'cache-status': 'cdn; fwd=miss, tuohs; fwd=miss; detail=local' };
const FAILURES: readonly [what: string, Answer, wantsUpstream: boolean, failure: string | undefined][] = [
  ['the right answer', { body: { data: 'CBA' } }, true, undefined],
  ['another answer', { body: { data: 'CBX' } }, true, 'the answer is not the right one'],
  ['a fallback', { headers: LOCAL, body: { data: 'CBA' } }, true, 'the fallback answered it, not SHOUTCLOUD'],
  ['a fallback for a known string', { headers: LOCAL, body: { data: 'CBA' } }, false, undefined],
  [
    'an error',
    { status: 504, body: { error: 'No contact', code: 'UPSTREAM_TIMEOUT', requestId: 'r-1' } },
    true,
    'No contact (UPSTREAM_TIMEOUT, request r-1)',
  ],
  ['a long error', { status: 503, body: { error: 'x'.repeat(10_000), code: 'Y' } }, true, 'x'.repeat(300)],
];
for (const [what, answer, wantsUpstream, failure] of FAILURES) {
  test(`${what} is told as: ${failure?.slice(0, 50) ?? 'no failure'}`, async () => {
    assert.deepEqual(await askOne(answer, { ...QUESTION, wantsUpstream }), { durationMs: 0, failure });
  });
}

test('no answer in time is a failure that took that long', async () => {
  const clock = fakeClock();
  const ask = asker({ url: 'http://shout.example', timeoutMs: 500, fetch: hanging }, clock);

  const probe = ask(QUESTION, never);
  await clock.advance(500);

  assert.deepEqual(await probe, { durationMs: 500, failure: 'no answer within 500 ms' });
});

test('who is told to stop does not wait for an answer', async () => {
  const clock = fakeClock();
  const stopping = new AbortController();
  const ask = asker({ url: 'http://shout.example', timeoutMs: 500, fetch: hanging }, clock);

  const probe = ask(QUESTION, stopping.signal);
  stopping.abort('enough');

  await assert.rejects(probe, (reason) => reason === 'enough');
  assert.equal(clock.timers(), 0);
});

function hanging(_url: unknown, init?: RequestInit): Promise<Response> {
  return new Promise((_, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
  });
}
