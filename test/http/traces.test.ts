import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { ask, askJson } from '../support/ask.ts';
import { treeOf } from '../support/otlp-receiver.ts';
import { postOf, rawClient } from '../support/raw-client.ts';
import { redisServer, skipWithoutRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';
import { named, observedUpstream, tracedService, tracesOf } from './traced-service.ts';

const page = readFileSync(new URL('../../docs/traces.md', import.meta.url), 'utf8');
const [, documentedTree = ''] = /^## A trace\n.*?^```\n(.*?)^```/ms.exec(page) ?? [];

test('one request is one trace, with the spans that docs/traces.md shows', {
  skip: skipWithoutRedis,
}, async (t) => {
  const redis = await redisServer(t);
  const { receiver, stop, url } = await tracedService(t, 'status=503', { REDIS_URL: redis.url });

  await askJson(url, { data: 'hello' });
  await stop();

  assert.equal(treeOf(receiver.spans()), documentedTree);
  assert.equal(new Set(receiver.spans().map(({ traceId }) => traceId)).size, 1);
});

test('without Redis the same trace has no span of it', async (t) => {
  const { receiver } = await asked(t, 'status=503');

  const [aboveRedis = '', belowRedis = ''] = documentedTree.split('    cache redis\n');
  assert.equal(treeOf(receiver.spans()), aboveRedis + belowRedis.replaceAll(/^ {2}/gm, ''));
});

test('spans say what happened, and how it ended', async (t) => {
  const { receiver, shoutcloud, headers } = await asked(t, 'status=503');

  const [request] = named(receiver, 'POST /v1');
  const [cache] = named(receiver, 'cache memory');
  const [failed, good] = named(receiver, 'attempt');
  assert.deepEqual(request?.attributes, {
    'http.request.method': 'POST',
    'http.route': '/v1',
    'http.response.status_code': 200,
    'tuohs.request_id': headers['x-request-id'],
  });
  assert.deepEqual(cache?.attributes, { 'tuohs.cache.result': 'miss', 'tuohs.collapsed': false });
  const upstream = {
    'http.request.method': 'POST',
    'url.full': `${shoutcloud.url}/V1/SHOUT`,
    'server.address': '127.0.0.1',
    'server.port': shoutcloud.port,
    'tuohs.strings': 1,
  };
  assert.deepEqual(failed?.attributes, {
    ...upstream,
    'http.response.status_code': 503,
    'error.type': 'server_error',
  });
  assert.deepEqual(good?.attributes, { ...upstream, 'http.response.status_code': 200 });
  const kindsAndStatuses = [request, cache, failed, good].map((span) => `${span?.kind} ${span?.status.code}`);
  assert.deepEqual(kindsAndStatuses, ['2 0', '1 0', '3 2', '3 0']);
  assert.equal(receiver.resource()['service.name'], 'tuohs');
});

test('a string that is at hand has no span below its cache', async (t) => {
  const { receiver, stop, url, shoutcloud } = await tracedService(t);

  await askJson(url, { data: 'hello' });
  await askJson(url, { data: 'hello' });
  await stop();

  const [, second] = tracesOf(receiver);
  assert.equal(treeOf(second ?? []), 'POST /v1\n  cache memory\n');
  assert.equal(named(receiver, 'cache memory')[1]?.attributes['tuohs.cache.result'], 'hit');
  assert.equal(shoutcloud.calls, 1);
});

test('a request that fails says so, with the code of its error', async (t) => {
  const { receiver } = await asked(t, 'wrong', { settings: { UPSTREAM_RETRIES: '0' } });

  const [request] = named(receiver, 'POST /v1');
  assert.equal(request?.status.code, 2);
  assert.equal(request?.attributes['error.type'], 'UPSTREAM_WRONG');
  assert.equal(request?.attributes['http.response.status_code'], 503);
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

test('the trace of the caller goes on, through to SHOUTCLOUD', async (t) => {
  const upstream = await observedUpstream(t);
  const headers = { traceparent: `00-${TRACE}-${CALLER}-01`, tracestate: 'their=own' };
  const { receiver } = await asked(t, '', { settings: { SHOUTCLOUD_URL: upstream.url }, headers });

  const spans = receiver.spans();
  assert.deepEqual([...new Set(spans.map(({ traceId }) => traceId))], [TRACE]);
  assert.equal(named(receiver, 'POST /v1')[0]?.parentSpanId, CALLER);
  assert.equal(upstream.seen[0]?.traceparent, `00-${TRACE}-${named(receiver, 'attempt')[0]?.spanId}-01`);
  assert.equal(upstream.seen[0]?.tracestate, undefined);
});

test('a caller that records nothing decides that for all, and its trace still goes on', async (t) => {
  const upstream = await observedUpstream(t);
  const headers = { traceparent: `00-${TRACE}-${CALLER}-00` };
  const { receiver } = await asked(t, '', { settings: { SHOUTCLOUD_URL: upstream.url }, headers });

  assert.deepEqual(receiver.spans(), []);
  assert.match(String(upstream.seen[0]?.traceparent), new RegExp(`^00-${TRACE}-\\w{16}-00$`));
});

test('a traceparent that is none begins a trace', async (t) => {
  const { receiver } = await asked(t, '', { headers: { traceparent: 'nonsense' } });

  assert.equal(named(receiver, 'POST /v1')[0]?.parentSpanId, undefined);
});

test('without an endpoint SHOUTCLOUD gets no trace, also where the caller has one', async (t) => {
  const upstream = await observedUpstream(t);
  const settings = { SHOUTCLOUD_URL: upstream.url, OTEL_EXPORTER_OTLP_ENDPOINT: '' };
  await asked(t, '', { settings, headers: { traceparent: `00-${TRACE}-${CALLER}-01` } });

  assert.equal(upstream.seen[0]?.traceparent, undefined);
});

test('the attempts of a batch are in one trace and linked with the others, both ways', async (t) => {
  const { receiver, stop, url, shoutcloud } = await tracedService(t, 'ok', { UPSTREAM_CONNECTIONS: '1' });
  shoutcloud.setFaults('slow=200');

  const first = askJson(url, { data: 'first' });
  await until(t, () => shoutcloud.calls === 1);
  await Promise.all([first, askJson(url, { data: 'second' }), askJson(url, { data: 'third' })]);
  await stop();

  const [shared] = receiver.spans().filter(({ attributes }) => attributes['tuohs.strings'] === 2);
  const guests = named(receiver, 'batch').filter(({ links }) => links.length > 0);
  assert.equal(tracesOf(receiver).length, 3);
  assert.equal(guests.length, 1);
  assert.deepEqual(ids(guests[0]?.links), ids(shared && [shared]));
  assert.deepEqual(ids(shared?.links), ids(guests));
  assert.notEqual(shared?.traceId, guests[0]?.traceId);
});

test('of a bulk request the first 64 strings have spans', async (t) => {
  const { receiver, stop, url } = await tracedService(t);
  const lines = Array.from({ length: 200 }, (_, i) => `{"data":"line ${i}"}\n`).join('');

  const headers = { 'content-type': 'application/x-ndjson' };
  const { body } = await ask(url, { method: 'POST', path: '/v1/bulk', headers, body: lines });
  await stop();

  const caches = named(receiver, 'cache memory');
  assert.equal(body.match(/ENIL/g)?.length, 200);
  assert.equal(tracesOf(receiver).length, 1);
  assert.equal(caches.length, 64);
});

test('a request that is refused for want of room has a span, too', async (t) => {
  const { receiver, stop, url, shoutcloud } = await tracedService(t, 'hang', { MAX_IN_FLIGHT: '1' });

  const waiting = askJson(url, { data: 'hello' });
  await until(t, () => shoutcloud.calls === 1);
  await askJson(url, { data: 'hello' });
  shoutcloud.setFaults('');
  await waiting;
  await stop();

  const [refused] = named(receiver, 'POST');
  assert.equal(refused?.attributes['http.response.status_code'], 503);
  assert.equal(refused?.attributes['http.route'], 'none');
});

test('a caller that hangs up while its requests wait one behind the other ends the span of each', async (t) => {
  const patient = { ATTEMPT_TIMEOUT_MS: '60000', REQUEST_DEADLINE_MS: '60000' };
  const { receiver, stop, url, shoutcloud, log } = await tracedService(t, '', patient);
  shoutcloud.setFaults('hang');
  const client = await rawClient(t, Number(new URL(url).port));

  for (const [i, text] of ['first', 'second', 'third'].entries()) {
    client.send(postOf(text));
    await until(t, () => shoutcloud.calls === i + 1);
  }
  client.socket.resetAndDestroy();
  await until(t, () => log.filter(({ msg }) => msg === 'answered').length === 3);
  await stop();

  const statuses = named(receiver, 'POST /v1').map((span) => span.attributes['http.response.status_code']);
  assert.deepEqual(statuses, [499, 499, 499]);
});

test('log lines carry the ids of trace and span', async (t) => {
  const { receiver, lines } = await asked(t, 'wrong', { settings: { UPSTREAM_RETRIES: '0' } });

  const { traceId, spanId } = named(receiver, 'POST /v1')[0] ?? {};
  assert.deepEqual(
    lines.map(({ msg, trace_id, span_id }) => [msg, trace_id, span_id]),
    [
      ['listening', undefined, undefined],
      ['a request failed', traceId, spanId],
      ['answered', traceId, spanId],
      ['draining', undefined, undefined],
      ['closed', undefined, undefined],
    ],
  );
});

test('no span holds what users send', async (t) => {
  const { receiver, stop, url } = await tracedService(t, 'wrong status=400 garbage hang', {
    UPSTREAM_RETRIES: '0',
    ATTEMPT_TIMEOUT_MS: '100',
  });

  for (const [i] of ['wrong', 'status', 'garbage', 'hang', 'ok'].entries()) {
    await askJson(url, { data: `geheimnis ${i}` });
  }
  await askJson(url, '{"data":geheimnis}');
  await ask(url, { path: '/v1?data=geheimnis' });
  await ask(url, { path: '/geheimnis' });
  await stop();

  assert.ok(receiver.spans().length > 20);
  assert.doesNotMatch(receiver.bodies.join(), /geheimnis|sinmieheg/i);
});

test('spans that are refused are told of', async (t) => {
  const { receiver, stop, url } = await tracedService(t);
  receiver.isWell = false;

  await askJson(url, { data: 'hello' });
  const lines = await stop();

  const [line] = lines.filter(({ msg }) => msg === 'traces do not arrive and are dropped');
  assert.equal(line?.level, 'warn');
});

interface Asked {
  readonly settings?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A service that was asked one string and has closed: what its receiver has got, and its log. */
async function asked(t: TestContext, script: string, { settings = {}, headers = {} }: Asked = {}) {
  const service = await tracedService(t, script, settings);
  const reply = await ask(service.url, {
    ...{ method: 'POST', path: '/v1', body: '{"data":"hello"}' },
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { ...service, headers: reply.headers, lines: await service.stop() };
}

function ids(spans: readonly { traceId: string; spanId: string }[] = []): string[] {
  return spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`);
}
