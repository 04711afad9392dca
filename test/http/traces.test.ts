import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ask, askJson, type Question } from '../support/ask.ts';
import { type ReceivedSpan, treeOf } from '../support/otlp-receiver.ts';
import { read } from '../support/pages.ts';
import { pick } from '../support/pick.ts';
import { postOf, rawClient } from '../support/raw-client.ts';
import { redisServer, skipWithoutRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';
import {
  asked,
  CALLER,
  observedUpstream,
  RECORDED,
  TRACE,
  tracedService,
  UNRECORDED,
} from './traced-service.ts';

const [, documentedTree = ''] = /^## A trace\n.*?^```\n(.*?)^```/ms.exec(read('docs/traces.md')) ?? [];
const ONCE = { UPSTREAM_RETRIES: '0' };

const skip = { skip: skipWithoutRedis };
test('one request is one trace, with the spans that docs/traces.md shows', skip, async (t) => {
  const redis = await redisServer(t);
  const { receiver } = await asked(t, 'status=503', { REDIS_URL: redis.url });

  assert.equal(treeOf(receiver.spans()), documentedTree);
  assert.equal(receiver.traces().length, 1);
});

test('without Redis the same trace has no span of it', async (t) => {
  const { receiver } = await asked(t, 'status=503');

  const [aboveRedis = '', belowRedis = ''] = documentedTree.split('    cache redis\n');
  assert.equal(treeOf(receiver.spans()), aboveRedis + belowRedis.replaceAll(/^ {2}/gm, ''));
});

test('spans say what happened, and how it ended', async (t) => {
  const { receiver, shoutcloud, headers } = await asked(t, 'status=503');

  const spans = ['POST /v1', 'cache memory', 'attempt'].flatMap(receiver.named);
  const upstream = {
    'http.request.method': 'POST',
    'url.full': `${shoutcloud.url}/V1/SHOUT`,
    'server.address': '127.0.0.1',
    'server.port': shoutcloud.port,
    'tuohs.strings': 1,
  };
  assert.deepEqual(pick(spans, 'attributes'), [
    {
      'http.request.method': 'POST',
      'http.route': '/v1',
      'http.response.status_code': 200,
      'tuohs.request_id': headers['x-request-id'],
    },
    { 'tuohs.cache.result': 'miss', 'tuohs.collapsed': false },
    { ...upstream, 'http.response.status_code': 503, 'error.type': 'server_error' },
    { ...upstream, 'http.response.status_code': 200 },
  ]);
  const kindsAndStatuses = spans.map(({ kind, status }) => `${kind} ${status.code}`);
  assert.deepEqual(kindsAndStatuses, ['2 0', '1 0', '3 2', '3 0']);
  assert.equal(receiver.resource()['service.name'], 'tuohs');
});

test('a known text has no span below its cache', async (t) => {
  const { receiver, stop, shout, shoutcloud } = await tracedService(t);

  await shout('hello');
  await shout('hello');
  await stop();

  assert.equal(treeOf(receiver.traces()[1] ?? []), 'POST /v1\n  cache memory\n');
  assert.equal(receiver.named('cache memory')[1]?.attributes['tuohs.cache.result'], 'hit');
  assert.equal(shoutcloud.calls, 1);
});

for (const [what, settings, says] of [
  ['that fails says so, with the code of its error', ONCE, [2, 'UPSTREAM_WRONG', 503]],
  ['that its caller got wrong has not failed', { MAX_BODY_BYTES: '1' }, [0, undefined, 413]],
] as const) {
  test(`a request ${what}`, async (t) => {
    const { receiver } = await asked(t, 'wrong', settings);

    const [{ status, attributes } = assert.fail()] = receiver.named('POST /v1');
    const { 'error.type': error, 'http.response.status_code': answer } = attributes;
    assert.deepEqual([status.code, error, answer], says);
  });
}

test('the trace of the caller goes on, through to SHOUTCLOUD', async (t) => {
  const { seen, url } = await observedUpstream(t);
  const { receiver } = await asked(t, '', { SHOUTCLOUD_URL: url }, { ...RECORDED, tracestate: 'their=own' });

  assert.deepEqual(new Set(pick(receiver.spans(), 'traceId')), new Set([TRACE]));
  assert.equal(receiver.named('POST /v1')[0]?.parentSpanId, CALLER);
  assert.equal(seen[0]?.traceparent, `00-${TRACE}-${receiver.named('attempt')[0]?.spanId}-01`);
  assert.equal(seen[0]?.tracestate, undefined);
});

test('if the caller does not record its trace, we do not either, but SHOUTCLOUD gets its id', async (t) => {
  const { seen, url } = await observedUpstream(t);
  const { receiver } = await asked(t, '', { SHOUTCLOUD_URL: url }, UNRECORDED);

  assert.deepEqual(receiver.spans(), []);
  assert.match(String(seen[0]?.traceparent), new RegExp(`^00-${TRACE}-\\w{16}-00$`));
});

test('an invalid traceparent begins a new trace', async (t) => {
  const { receiver } = await asked(t, '', {}, { traceparent: 'nonsense' });

  assert.equal(receiver.named('POST /v1')[0]?.parentSpanId, undefined);
});

test('without an endpoint SHOUTCLOUD gets no trace, even if the caller has one', async (t) => {
  const { seen, url } = await observedUpstream(t);
  await asked(t, '', { SHOUTCLOUD_URL: url, OTEL_EXPORTER_OTLP_ENDPOINT: '' }, RECORDED);

  assert.equal(seen[0]?.traceparent, undefined);
});

test('the attempts of a batch are in one trace and linked with the others, both ways', async (t) => {
  const receiver = await batchOf(t, {}, {});

  const [shared] = receiver.spans().filter(({ attributes }) => attributes['tuohs.strings'] === 2);
  const guests = receiver.named('batch').filter(({ links }) => links.length > 0);
  assert.equal(receiver.traces().length, 3);
  assert.equal(guests.length, 1);
  assert.deepEqual(ids(guests[0]?.links), ids(shared && [shared]));
  assert.deepEqual(ids(shared?.links), ids(guests));
  assert.notEqual(shared?.traceId, guests[0]?.traceId);
});

test('the attempt of a batch has a span if one of its texts is recorded, whichever came first', async (t) => {
  const receiver = await batchOf(t, UNRECORDED, RECORDED);

  assert.deepEqual(pick(pick(receiver.named('attempt'), 'attributes'), 'tuohs.strings'), [1, 2]);
});

test('the first 64 texts of a bulk request have spans', async (t) => {
  const { receiver, stop, url } = await tracedService(t);

  const reply = await ask(url, bulkOf(200, 'line'));
  await stop();

  assert.equal(reply.body.match(/ENIL/g)?.length, 200);
  assert.equal(receiver.traces().length, 1);
  assert.equal(receiver.named('cache memory').length, 64);
});

test('a request that is refused because there is no room has a span, too', async (t) => {
  const released = Promise.withResolvers<void>();
  const { seen, url } = await observedUpstream(t, released.promise);
  const { receiver, stop, shout } = await tracedService(t, '', { MAX_IN_FLIGHT: '1', SHOUTCLOUD_URL: url });

  const waiting = shout('hello');
  await until(t, () => seen.length === 1);
  await shout('hello');
  released.resolve();
  await waiting;
  await stop();

  const [refused] = receiver.named('POST');
  assert.equal(refused?.attributes['http.response.status_code'], 503);
  assert.equal(refused?.attributes['http.route'], 'none');
});

test('a caller that hangs up while its requests wait for each other ends the span of each', async (t) => {
  const { receiver, stop, port, shoutcloud, log } = await tracedService(t);
  shoutcloud.setFaults('hang');
  const client = await rawClient(t, port);

  client.send(['first', 'second', 'third'].map((text) => postOf(text)).join(''));
  await until(t, () => shoutcloud.calls === 1);
  client.socket.resetAndDestroy();
  await until(t, () => log.filter(({ msg }) => msg === 'answered').length === 3);
  await stop();

  // A request that still waits for its turn has no route yet, so its span is named by the method alone.
  const spans = [...receiver.named('POST /v1'), ...receiver.named('POST')];
  const statuses = spans.map((span) => span.attributes['http.response.status_code']);
  assert.deepEqual(statuses, [499, 499, 499]);
});

test('log lines carry the ids of trace and span', async (t) => {
  const { receiver, log } = await asked(t, 'wrong', ONCE);

  const { traceId, spanId } = receiver.named('POST /v1')[0] ?? {};
  assert.deepEqual(
    log.map(({ msg, trace_id, span_id }) => [msg, trace_id, span_id]),
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
  const script = 'wrong status=400 garbage hang';
  const settings = { ...ONCE, ATTEMPT_TIMEOUT_MS: '100' };
  const { receiver, stop, url, shout } = await tracedService(t, script, settings);

  for (const outcome of `${script} ok`.split(' ')) await shout(`geheimnis ${outcome}`);
  await askJson(url, '{"data":geheimnis}');
  await ask(url, { path: '/v1?data=geheimnis' });
  await ask(url, { path: '/geheimnis' });
  await stop();

  assert.ok(receiver.spans().length > 20);
  assert.doesNotMatch(receiver.bodies.join(), /geheimnis|sinmieheg/i);
});

test('refused spans are reported with the reason, and so is the end of the refusals; neither report is in the trace of a request', async (t) => {
  const { receiver, url, stop, log } = await tracedService(t);
  const reports = () => log.filter(({ msg }) => String(msg).startsWith('traces '));
  receiver.isWell = false;

  // The SDK sends spans as soon as it has 512 of them.
  for (let sent = 0; sent < 512; sent += 128) await ask(url, bulkOf(64, `text ${sent}`));
  await until(t, () => reports().length > 0);
  receiver.isWell = true;
  await stop();

  const facts = reports().map(({ level, reason, trace_id }) => [level, reason, trace_id]);
  assert.deepEqual(facts, [
    ['warn', 'status 400', undefined],
    ['info', undefined, undefined],
  ]);
});

/** Sends a request with each of the headers while another attempt is under way, so that the texts become a batch. Then closes. */
async function batchOf(t: TestContext, ...asking: readonly Readonly<Record<string, string>>[]) {
  const released = Promise.withResolvers<void>();
  const { seen, url: upstream } = await observedUpstream(t, released.promise);
  const settings = { SHOUTCLOUD_URL: upstream, UPSTREAM_CONNECTIONS: '1' };
  const { receiver, stop, app, url, shout } = await tracedService(t, '', settings);
  const status = app.inside.status as () => { upstream: { queued: number } };

  const asked: Promise<unknown>[] = [shout('first')];
  await until(t, () => seen.length === 1);
  for (const headers of asking) {
    const queued = asked.length;
    asked.push(ask(url, { path: `/v1?data=text${queued}`, headers }));
    await until(t, () => status().upstream.queued === queued);
  }
  released.resolve();
  await Promise.all(asked);
  await stop();
  return receiver;
}

function bulkOf(lines: number, text: string): Question {
  const body = Array.from({ length: lines }, (_, i) => `{"data":"${text} ${i}"}\n`).join('');
  return { method: 'POST', path: '/v1/bulk', headers: { 'content-type': 'application/x-ndjson' }, body };
}

function ids(spans: readonly Pick<ReceivedSpan, 'traceId' | 'spanId'>[] = []): string[] {
  return spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`);
}
