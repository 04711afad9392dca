import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { InjectOptions } from 'light-my-request';
import { requestCounter } from '../../src/cache/request-counter.ts';
import { TuohsError } from '../../src/core/errors.ts';
import { reverser, reverseShout } from '../../src/core/reverse.ts';
import { failing, testApi } from '../support/api.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { fakeShouter } from '../support/fake-shouter.ts';
import { testWorld } from '../support/world.ts';

const SHOUT = '/v1?data=hello';
const DOWN = new TuohsError('UPSTREAM_UNREACHABLE', 'as scripted');

test('a client learns what is left of its quota, is refused above it, and has all of it again in the next minute', async (t) => {
  const { get, clock } = start(t, 2);
  await clock.advance(14_500);

  const replies = [await get(SHOUT), await get(SHOUT)];
  const refusal = await get(SHOUT, { headers: { 'x-request-id': 'my-id' } });
  await clock.advance(45_500);
  replies.push(refusal, await get(SHOUT));

  assert.deepEqual(
    replies.map(({ statusCode, headers }) => [statusCode, ...quota(headers)].join()),
    ['200,2,1,46', '200,2,0,46', '429,2,0,46', '200,2,1,60'],
  );
  assert.equal(refusal.headers['retry-after'], '46');
  assert.deepEqual(JSON.parse(refusal.body), {
    error: 'You have sent too many requests. Please try again later.',
    code: 'RATE_LIMITED',
    requestId: 'my-id',
    detail: 'The quota is 2 requests a minute.',
  });
});

for (const [what, first, second, status] of [
  ['one client does not use up the quota of another', '192.0.2.1', '192.0.2.2', 200],
  ['the addresses of one IPv6 network are one client', '2001:db8::1', '2001:db8::2', 429],
  ['the addresses of another IPv6 network are another client', '2001:db8::1', '2001:db8:0:1::1', 200],
  ['an IPv4 address is the same client over an IPv6 socket', '192.0.2.1', '::ffff:192.0.2.1', 429],
] as const) {
  test(what, async (t) => {
    const { get } = start(t, 1);
    await get(SHOUT, { remoteAddress: first });

    const { statusCode } = await get(SHOUT, { remoteAddress: second });

    assert.equal(statusCode, status);
  });
}

for (const url of [
  ...['/health', '/', '/docs', '/docs/', '/docs/swagger-ui.css', '/docs/missing', '/openapi.json'],
  ...['/v1/status', '/assets/0123456789ab/style.css'],
]) {
  test(`health checks and what a page loads by itself do not count, and are answered over the quota: ${url}`, async (t) => {
    const { get } = start(t, 1);
    for (let i = 0; i < 5; i++) await get(url);

    const first = await get(SHOUT);
    await get(SHOUT);
    const again = await get(url);

    assert.equal(first.statusCode, 200);
    assert.notEqual(again.statusCode, 429);
    assert.equal(again.headers['ratelimit-limit'], undefined);
  });
}

const NDJSON = { 'content-type': 'application/x-ndjson' };
const BULK = { method: 'POST', url: '/v1/bulk', headers: NDJSON } as const;
const COUNTED: Readonly<Record<string, [status: number, request: InjectOptions]>> = {
  'a string by POST /v1': [200, { method: 'POST', url: '/v1', payload: { data: 'hello' } }],
  'a string by POST /': [200, { method: 'POST', url: '/', payload: { data: 'hello' } }],
  'a string by GET /v1/': [200, { url: '/v1/?data=hello' }],
  'a HEAD': [200, { method: 'HEAD', url: SHOUT }],
  'a bulk': [200, { ...BULK, payload: '{"data":"a"}' }],
  'a query without data': [400, { url: '/v1' }],
  'a body without data': [400, { method: 'POST', url: '/v1', payload: {} }],
  'another content type': [400, { method: 'POST', url: '/', headers: { 'content-type': 'text/html' } }],
  'a body that is too large': [413, { method: 'POST', url: '/v1', payload: { data: 'x'.repeat(300_000) } }],
  'a bulk that is too large': [413, { ...BULK, payload: 'x'.repeat(2e6) }],
  'an unknown path': [404, { url: '/v2' }],
  'a path without data of ours': [404, { method: 'POST', url: '/favicon.ico' }],
  'another method': [405, { method: 'DELETE', url: '/v1' }],
  'another method of a bulk': [405, { url: '/v1/bulk' }],
  'another method of a free path': [405, { method: 'POST', url: '/docs' }],
  'a failure of the upstream': [503, { url: '/v1?data=fails' }],
};
for (const [what, [status, request]] of Object.entries(COUNTED)) {
  test(`${what} counts, and the ${status} says what is left`, async (t) => {
    const { api } = start(t, 2);

    const first = await api.inject(request);
    await api.inject(request);
    const third = await api.inject(SHOUT);

    assert.equal(first.statusCode, status);
    assert.deepEqual(quota(first.headers), ['2', '1', '60']);
    assert.equal(third.statusCode, 429);
  });
}

/** The values of the headers of the IETF draft: the limit, the remaining requests, and the seconds to the next minute. */
function quota(headers: Readonly<Record<string, unknown>>): string[] {
  return ['limit', 'remaining', 'reset'].map((name) => String(headers[`ratelimit-${name}`]));
}

function start(t: TestContext, perMinute: number) {
  const clock = fakeClock();
  const shout = reverseShout(fakeShouter(), reverser('grapheme'));
  const api = testApi(t, {
    world: testWorld(),
    requestCounter: requestCounter(clock, { perMinute }),
    options: { rateLimitPerMinute: perMinute },
    reverseShout: (text, call) => (text === 'fails' ? failing(DOWN)(text, call) : shout(text, call)),
  });
  const get = (url: string, from: Pick<InjectOptions, 'remoteAddress' | 'headers'> = {}) =>
    api.inject({ url, ...from });
  return { api, clock, get };
}
