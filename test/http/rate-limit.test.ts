import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { InjectOptions } from 'light-my-request';
import { requestCounter } from '../../src/cache/request-counter.ts';
import { TuohsError } from '../../src/core/errors.ts';
import { reverser, reverseShout } from '../../src/core/reverse.ts';
import { failing, testApi } from '../support/api.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { fakeShouter } from '../support/fake-shouter.ts';
import { type RedisServer, redisServer, skipWithoutRedis } from '../support/redis-server.ts';
import { testWorld } from '../support/world.ts';
import { connectedRedisStore } from '../unit/cache/redis-under-test.ts';

const skip = skipWithoutRedis;
const SHOUT = '/v1?data=hello';
const DOWN = new TuohsError('UPSTREAM_UNREACHABLE', 'as told');

test('a client that stays within its quota is answered and told what is left', async (t) => {
  const { get, clock } = start(t, { perMinute: 2 });
  await clock.advance(14_500);

  const replies = [await get(SHOUT), await get(SHOUT)];

  assert.deepEqual(
    replies.map(({ statusCode, headers }) => [statusCode, ...quota(headers)]),
    [
      [200, '2', '1', '46'],
      [200, '2', '0', '46'],
    ],
  );
});

test('a client over its quota gets the problem RATE_LIMITED and a Retry-After to the end of the minute', async (t) => {
  const { get, clock } = start(t, { perMinute: 1 });
  await clock.advance(14_500);
  await get(SHOUT);

  const { statusCode, headers, body } = await get(SHOUT, { headers: { 'x-request-id': 'my-id' } });

  assert.equal(statusCode, 429);
  assert.deepEqual(JSON.parse(body), {
    error: 'You have sent too many requests. Please try again later.',
    code: 'RATE_LIMITED',
    requestId: 'my-id',
    detail: 'The quota is 1 requests a minute.',
  });
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['retry-after'], '46');
  assert.deepEqual(quota(headers), ['1', '0', '46']);
});

test('the quota is there again with the next minute of the clock', async (t) => {
  const { get, clock } = start(t, { perMinute: 1 });
  await clock.advance(59_000);
  await get(SHOUT);
  const before = await get(SHOUT);

  await clock.advance(1000);
  const after = await get(SHOUT);

  assert.deepEqual([before.statusCode, after.statusCode], [429, 200]);
});

test('one client does not use up the quota of another', async (t) => {
  const { get } = start(t, { perMinute: 1 });
  await get(SHOUT, { remoteAddress: '192.0.2.1' });

  const other = await get(SHOUT, { remoteAddress: '192.0.2.2' });

  assert.equal(other.statusCode, 200);
});

test('the addresses of one IPv6 network are one client', async (t) => {
  const { get } = start(t, { perMinute: 1 });
  await get(SHOUT, { remoteAddress: '2001:db8::1' });

  const same = await get(SHOUT, { remoteAddress: '2001:db8::2' });
  const other = await get(SHOUT, { remoteAddress: '2001:db8:0:1::1' });

  assert.deepEqual([same.statusCode, other.statusCode], [429, 200]);
});

test('an IPv4 address is the same client over an IPv6 socket', async (t) => {
  const { get } = start(t, { perMinute: 1 });
  await get(SHOUT, { remoteAddress: '192.0.2.1' });

  const same = await get(SHOUT, { remoteAddress: '::ffff:192.0.2.1' });

  assert.equal(same.statusCode, 429);
});

for (const [what, request] of Object.entries({
  'POST /v1': { method: 'POST', url: '/v1', payload: { data: 'hello' } },
  'POST /v1/': { method: 'POST', url: '/v1/', payload: { data: 'hello' } },
  'POST /': { method: 'POST', url: '/', payload: { data: 'hello' } },
  'POST /v1/bulk': { method: 'POST', url: '/v1/bulk' },
  'GET /v1/': { method: 'GET', url: '/v1/?data=hello' },
  'HEAD /v1': { method: 'HEAD', url: SHOUT },
} as const)) {
  test(`${what} counts`, async (t) => {
    const { api } = start(t, { perMinute: 1 });
    await api.inject(SHOUT);

    const { statusCode } = await api.inject(request);

    assert.equal(statusCode, 429);
  });
}

test('a request over the quota is refused before its body has come', async (t) => {
  const { get, api } = start(t, { perMinute: 1 });
  await get(SHOUT);

  const reply = await api.inject({
    method: 'POST',
    url: '/v1',
    headers: { 'content-type': 'application/json' },
    payload: 'this is not JSON',
  });

  assert.equal(reply.statusCode, 429);
});

test('health checks are free, and are answered to a client over its quota', async (t) => {
  const { get } = start(t, { perMinute: 1 });
  for (let i = 0; i < 5; i++) await get('/health');
  const first = await get(SHOUT);
  await get(SHOUT);

  const health = await get('/health');

  assert.deepEqual([first.statusCode, health.statusCode], [200, 200]);
  assert.equal(health.headers['ratelimit-limit'], undefined);
});

for (const url of [
  '/',
  '/docs',
  '/docs/',
  '/docs/swagger-ui.css',
  '/docs/missing',
  '/openapi.json',
  '/assets/0123456789ab/style.css',
]) {
  test(`what a page loads by itself is free: ${url}`, async (t) => {
    const { get } = start(t, { perMinute: 1 });
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
const REFUSED: Readonly<Record<string, [status: number, request: InjectOptions]>> = {
  'a query without data': [400, { url: '/v1' }],
  'a body without data': [400, { method: 'POST', url: '/v1', payload: {} }],
  'another content type': [
    400,
    { method: 'POST', url: '/', payload: 'x', headers: { 'content-type': 'text/html' } },
  ],
  'a body that is too large': [413, { method: 'POST', url: '/v1', payload: { data: 'x'.repeat(300_000) } }],
  'a bulk that is too large': [
    413,
    { method: 'POST', url: '/v1/bulk', payload: 'x'.repeat(2e6), headers: NDJSON },
  ],
  'an unknown path': [404, { url: '/v2' }],
  'a path without data of ours': [404, { method: 'POST', url: '/favicon.ico' }],
  'another method': [405, { method: 'DELETE', url: '/v1' }],
  'another method of a bulk': [405, { url: '/v1/bulk' }],
  'another method of a free path': [405, { method: 'POST', url: '/docs' }],
  'a failure of the upstream': [503, { url: '/v1?data=fails' }],
};
for (const [what, [status, request]] of Object.entries(REFUSED)) {
  test(`${what} counts, and the ${status} tells what is left`, async (t) => {
    const { api } = start(t, { perMinute: 2 });

    const first = await api.inject(request);
    await api.inject(request);
    const third = await api.inject(SHOUT);

    assert.equal(first.statusCode, status);
    assert.deepEqual(quota(first.headers), ['2', '1', '60']);
    assert.equal(third.statusCode, 429);
  });
}

test('with a limit of 0 nobody is counted', async (t) => {
  const { get } = start(t, { perMinute: 0 });

  const replies = [await get(SHOUT), await get(SHOUT)];

  assert.deepEqual(
    replies.map(({ statusCode, headers }) => [statusCode, headers['ratelimit-limit']]),
    [
      [200, undefined],
      [200, undefined],
    ],
  );
});

test('two servers with one Redis share the quota of a client', { skip }, async (t) => {
  const server = await redisServer(t);
  const [one, other] = [await startWithRedis(t, server), await startWithRedis(t, server)];

  const replies = [await one.get(SHOUT), await other.get(SHOUT), await one.get(SHOUT)];

  assert.deepEqual(
    replies.map(({ statusCode }) => statusCode),
    [200, 200, 429],
  );
});

test('when Redis is gone, each server counts by itself', { skip }, async (t) => {
  const server = await redisServer(t);
  const [one, other] = [await startWithRedis(t, server), await startWithRedis(t, server)];
  await server.kill();
  await Promise.all([one.becomes('down'), other.becomes('down')]);

  for (const { get } of [one, other]) {
    const replies = [await get(SHOUT), await get(SHOUT), await get(SHOUT)];
    assert.deepEqual(
      replies.map(({ statusCode }) => statusCode),
      [200, 200, 429],
    );
  }
});

/** The draft's headers: limit, what is left, seconds to the next minute. */
function quota(headers: Readonly<Record<string, unknown>>): string[] {
  return ['limit', 'remaining', 'reset'].map((name) => String(headers[`ratelimit-${name}`]));
}

function start(t: TestContext, { perMinute }: { perMinute: number }) {
  const clock = fakeClock();
  const options = { rateLimitPerMinute: perMinute };
  const shout = reverseShout(fakeShouter(), reverser('grapheme'));
  const api = testApi(t, {
    world: testWorld(),
    requestCounter: requestCounter(clock, { perMinute }),
    options,
    reverseShout: (text, call) => (text === 'fails' ? failing(DOWN)(text, call) : shout(text, call)),
  });
  return { api, clock, get: getter(api) };
}

/** A server with a quota of two and a Redis. */
async function startWithRedis(t: TestContext, { url, clients }: RedisServer) {
  const { world, connection, becomes } = await connectedRedisStore(clients, url);
  const counter = requestCounter(world.clock, { perMinute: 2, redis: connection });
  const options = { rateLimitPerMinute: 2 };
  const api = testApi(t, { world: testWorld(), requestCounter: counter, options });
  return { becomes, get: getter(api) };
}

function getter(api: ReturnType<typeof testApi>) {
  return (url: string, from: { remoteAddress?: string; headers?: Record<string, string> } = {}) =>
    api.inject({ url, ...from });
}
