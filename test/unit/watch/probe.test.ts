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

test('the right answer is no failure', async () => {
  assert.deepEqual(await askOne({ body: { data: 'CBA' } }), { durationMs: 0, failure: undefined });
});

test('another answer is one', async () => {
  const { failure } = await askOne({ body: { data: 'CBX' } });

  assert.equal(failure, 'the answer is not the right one');
});

for (const cacheStatus of ['tuohs; fwd=miss; detail=local', 'cdn; fwd=miss, tuohs; fwd=miss; detail=local']) {
  test(`the fallback is no answer of SHOUTCLOUD: ${cacheStatus}`, async () => {
    const { failure } = await askOne({ headers: { 'cache-status': cacheStatus }, body: { data: 'CBA' } });

    assert.equal(failure, 'the fallback answered it, not SHOUTCLOUD');
  });
}

test('the fallback does for a known string', async () => {
  const answer = { headers: { 'cache-status': 'tuohs; fwd=miss; detail=local' }, body: { data: 'CBA' } };

  const { failure } = await askOne(answer, { ...QUESTION, wantsUpstream: false });

  assert.equal(failure, undefined);
});

test('an error is told in its own words, with its code and its request', async () => {
  const body = { error: 'Failed to contact shoutcloud api', code: 'UPSTREAM_TIMEOUT', requestId: 'r-1' };

  const { failure } = await askOne({ status: 504, body });

  assert.equal(failure, 'Failed to contact shoutcloud api (UPSTREAM_TIMEOUT, request r-1)');
});

test('of a long reason the beginning is told', async () => {
  const { failure } = await askOne({ status: 503, body: { error: 'x'.repeat(10_000), code: 'Y' } });

  assert.equal(failure, 'x'.repeat(300));
});

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
