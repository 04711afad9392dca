import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { connect, type ListenOptions } from 'node:net';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import v8 from 'node:v8';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import type { Lookup } from '../../src/core/shared-lookup.ts';
import { ask } from '../support/ask.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { httpServer } from '../support/http-server.ts';
import { leadsHere } from '../support/leads-here.ts';
import { published } from '../support/published.ts';
import { rawClient, requestOf } from '../support/raw-client.ts';
import { redisServer, skipWithoutRedis } from '../support/redis-server.ts';
import { reached, until } from '../support/until.ts';
import { appInProcess } from './app-in-process.ts';

// These tests show what a setting means for all parts of a service together.

const HELD = 1_048_576;
const LONGEST = Math.floor(HELD / 10);
const LARGE_BODIES = { MAX_BODY_BYTES: `${HELD}`, MAX_BULK_BYTES: `${HELD}` };

for (const [name, bytes, send, settings, heapMiB = 256] of [
  ['text', LONGEST, textOf, { MAX_BYTES_IN_FLIGHT: `${HELD}` }],
  ['bulk', Math.floor(HELD / 5), bulkOf, { MAX_BYTES_IN_FLIGHT: `${HELD}` }],
  ['text of one of two processes with 8 MiB together', LONGEST, textOf, { WEB_CONCURRENCY: '2' }],
  ['text of a heap of 4 MiB', LONGEST, textOf, { CACHE_MAX_BYTES: '0' }, 4],
] as const) {
  test(`the largest ${name} finds room on an idle service, and a larger one is a 413 that names the limit`, async (t) => {
    t.mock.method(process, 'constrainedMemory', () => 8 * HELD);
    replace(t, v8, 'getHeapStatistics', () => ({ heap_size_limit: heapMiB * HELD }));
    const { port } = await serve(t, { ...LARGE_BODIES, ...settings });
    const client = await rawClient(t, port);

    client.send(send(bytes));
    assert.match(await client.heard(/(\}|\r\n0\r\n\r\n)$/), /^HTTP\/1\.1 200 /);

    client.send(send(bytes + 1));
    assert.match(await client.heard(/"TOO_LARGE"/), new RegExp(`HTTP/1.1 413 .*\\b${bytes} bytes`, 's'));
  });
}

test('HOST is the only address of both ports, and another service can have the port at another address', async (t) => {
  const { port, adminPort = 0 } = await serve(t, { HOST: '127.0.0.2' });

  assert.equal((await ask(`http://127.0.0.2:${adminPort}`, { path: '/livez' })).status, 200);
  // Not 127.0.0.1, because servers of other tests listen there.
  const another = '127.0.0.3';
  for (const each of [port, adminPort])
    await assert.rejects(once(connect(each, another), 'connect'), { code: 'ECONNREFUSED' });
  assert.equal((await serve(t, { HOST: another, PORT: `${port}` })).port, port);
});

test('sixteen sockets of a process share its public port, if the system allows it', async (t) => {
  const listening = published<{ options: ListenOptions }>(t, 'tracing:net.server.listen:asyncStart');
  const { port } = await serve(t);

  const sharing = listening.filter(({ options }) => options.port === port || options.reusePort);
  assert.equal(sharing.length, process.platform === 'linux' ? 16 : 1);
});

test('the lines that the log has dropped are in the metrics', async (t) => {
  const { app } = await serve(t);

  assert.match(`${await app.inside.metrics.text()}`, /^tuohs_log_lines_dropped_total 3$/m);
});

test('processes with one Redis, whose authority is in a file, share what they know, and what they have counted', {
  skip: skipWithoutRedis,
}, async (t) => {
  const redis = await redisServer(t, { tls: true });
  const settings = {
    ...{ REDIS_URL: redis.url, REDIS_CA_FILE: redis.certificates?.caFile ?? '' },
    ...{ REDIS_TIMEOUT_MS: '10000', RATE_LIMIT_PER_MINUTE: '5' },
  };
  // Time stands still, because a new minute would begin a new quota.
  t.mock.method(Date, 'now', () => 1_893_456_000_000);
  const services = [await serve(t, settings), await serve(t, settings)];
  const seen: unknown[] = [];

  for (const { url, status } of services) {
    await until(t, () => status().redis?.isUp === true);
    const { headers } = await ask(url, { path: '/v1?data=hello' });
    seen.push([headers['cache-status'], headers['ratelimit-remaining']]);
    while ((await redis.calls('set')) === 0);
  }

  assert.deepEqual(seen, [
    ['tuohs; fwd=miss; stored', '4'],
    ['tuohs; hit; detail=redis', '3'],
  ]);
});

test('a value in Redis that cannot be right is not used as an answer', {
  skip: skipWithoutRedis,
}, async (t) => {
  const redis = await redisServer(t);
  const settings = { REDIS_URL: redis.url, REDIS_TIMEOUT_MS: '10000' };
  const [writer, reader] = [await serve(t, settings), await serve(t, settings)];
  for (const { status } of [writer, reader]) await until(t, () => status().redis?.isUp === true);
  await ask(writer.url, { path: '/v1?data=hello' });
  while ((await redis.calls('set')) === 0);
  for (const key of await redis.control.keys('*')) await redis.control.set(key, 'OTHER');

  const { body } = await ask(reader.url, { path: '/v1?data=hello' });

  assert.equal(body, '{"data":"OLLEH"}');
});

test('while the name server fails, SHOUTCLOUD is found at its last known address', async (t) => {
  const ofThisMachine = dns.lookup;
  let ofShoutcloud = leadsHere('shoutcloud.test');
  replace(t, dns, 'lookup', (...asked: Parameters<Lookup>) => {
    const lookup: Lookup = asked[0] === 'shoutcloud.test' ? ofShoutcloud : ofThisMachine;
    lookup(...asked);
  });
  const { port } = await httpServer(t, async (request, response) => {
    const { INPUT } = (await json(request)) as { INPUT: string };
    // Because of this header, each attempt needs a new connection, and looks up the name again.
    response.setHeader('connection', 'close').end(JSON.stringify({ INPUT, OUTPUT: INPUT.toUpperCase() }));
  });
  const { url } = await serve(t, { SHOUTCLOUD_URL: `http://shoutcloud.test:${port}` });
  const first = await ask(url, { path: '/v1?data=one' });

  ofShoutcloud = (_host, _options, found) => found(Object.assign(new Error(), { code: 'EAI_AGAIN' }), '');
  const second = await ask(url, { path: '/v1?data=two' });

  assert.deepEqual([first.status, second.status], [200, 200]);
});

test('unknown texts leave a quarter of the connections to known ones', async (t) => {
  const { port, url, status } = await serve(t, { MAX_CONNECTIONS: '4' }, 'hang');
  for (const text of ['a', 'b', 'c']) (await rawClient(t, port)).send(requestOf(`GET /v1?data=${text}`));
  await until(t, () => status().upstream.waiting === 3);

  assert.equal((await ask(url, { path: '/v1?data=d' })).status, 503);
});

for (const [what, settings] of [
  ['a quarter of MAX_IN_FLIGHT', { MAX_IN_FLIGHT: '40' }],
  ['a quarter of MAX_CONNECTIONS', { MAX_CONNECTIONS: '40' }],
  ['a batch for each connection and one more', { UPSTREAM_CONNECTIONS: '4', BATCH_MAX_ITEMS: '2' }],
] as const) {
  test(`a bulk has lines under way: ${what}`, async (t) => {
    const { port, status } = await serve(t, settings, 'hang');
    const body = Array.from({ length: 30 }, (_, i) => `{"data":"${i}"}\n`).join('');

    (await rawClient(t, port)).send(requestOf('POST /v1/bulk', { type: 'application/x-ndjson', body }));
    await until(t, () => status().upstream.waiting > 0);

    assert.equal(status().upstream.waiting, 10);
  });
}

test('while the event loop is late by 0.3 s, only known texts are answered; by 0.6 s, none', async (t) => {
  const onTime = fakeClock();
  let allMs = 0;
  const clock = { ...onTime, now: () => onTime.now() + allMs };
  const { url } = await serve(t, {}, '', clock);
  const statusOf = async (data: string) => (await ask(url, { path: `/v1?data=${data}` })).status;
  await statusOf('known');
  const seen: number[][] = [];

  for (const lateMs of [200, 300, 600]) {
    for (let sample = 0; sample < 4; sample++) {
      allMs += lateMs;
      await onTime.advance(50);
    }
    seen.push([await statusOf('known'), await statusOf(`unknown${lateMs}`)]);
  }

  assert.deepEqual(seen, [
    [200, 200],
    [200, 503],
    [503, 503],
  ]);
});

test('the admin port answers until the last request of the public port is answered', async (t) => {
  const { app, port, adminPort, url, status } = await serve(t, { DRAIN_MS: '0' }, 'hang');
  (await rawClient(t, port)).send(requestOf('GET /v1?data=hello'));
  await until(t, () => status().upstream.waiting === 1);

  app.close().catch(() => {});
  await reached('the public port is closed', 60_000, () =>
    ask(url, { path: '/v1/status' }).then(
      () => false,
      () => true,
    ),
  );

  assert.equal((await ask(`http://127.0.0.1:${adminPort}`, { path: '/readyz' })).status, 503);
});

/** Replaces what a module of Node exports, until the test ends. */
function replace<Module extends object>(
  t: TestContext,
  module: Module,
  name: keyof Module,
  by: (...asked: never) => unknown,
): void {
  t.mock.method(module, name as never, by as never);
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
}

/** What the tests read of the status. */
interface Status {
  readonly upstream: { readonly waiting: number };
  readonly redis?: { readonly isUp: boolean };
}

/** A service with the given settings, and a SHOUTCLOUD with the given faults. */
async function serve(
  t: TestContext,
  settings: Readonly<Record<string, string>> = {},
  faults = '',
  clock: Clock = systemClock,
) {
  const service = await appInProcess(t, settings, { faults, clock });
  return { ...service, status: () => service.app.inside.status() as unknown as Status };
}

/** The request of this size that needs the most memory: each byte of its text takes two bytes, and its head is large. */
function textOf(bytes: number): string {
  const more = Array.from({ length: 190 }, (_, i) => `x${i}: ${'a'.repeat(70)}`).join('\r\n');
  const body = JSON.stringify({ data: `@${'x'.repeat(bytes - 17)}` }).replace('@', '\\u044f');
  return requestOf('POST /v1', { type: 'application/json', body, more });
}

function bulkOf(bytes: number): string {
  const body = '{"data":"x"}\n'.repeat(bytes).slice(0, bytes);
  return requestOf('POST /v1/bulk', { type: 'application/x-ndjson', body });
}
