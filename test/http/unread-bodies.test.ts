import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type ApiUnderTest, fakeApi, listeningApi, NO_ROOM, OVER_QUOTA } from '../support/api.ts';
import { pick } from '../support/pick.ts';
import { parsed, wholeAnswers } from '../support/raw-answer.ts';
import { closedLate, exchanged, rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { testWorld } from '../support/world.ts';

const JSON_TYPE = 'application/json';
const NDJSON_TYPE = 'application/x-ndjson';

interface Refusal {
  readonly status: number;
  readonly line?: string;
  readonly type?: string;
  readonly parts?: ApiUnderTest;
  /** The reason, if the request is shed. */
  readonly shed?: 'requests' | 'event_loop';
}

/** Requests that can be refused before their body of 2 MB has arrived. */
const REFUSED: Readonly<Record<string, Refusal>> = {
  'a body over the limit': { status: 413 },
  'a bulk over the limit': { status: 413, line: 'POST /v1/bulk', type: NDJSON_TYPE },
  'another content type': { status: 400, type: 'text/html' },
  'no content type': { status: 400, type: '' },
  'another charset': { status: 400, type: 'application/json; charset=latin1' },
  'a content coding': { status: 400, type: 'application/json\r\ncontent-encoding: br' },
  'a bulk with a content coding': {
    status: 400,
    line: 'POST /v1/bulk',
    type: `${NDJSON_TYPE}\r\ncontent-encoding: br`,
  },
  'JSON for a bulk': { status: 400, line: 'POST /v1/bulk' },
  'an unknown path': { status: 404, line: 'POST /v2' },
  'another method': { status: 405, line: 'PUT /v1' },
  'a service without room': { status: 503, parts: NO_ROOM, shed: 'requests' },
  'a late event loop': { status: 503, parts: { limits: { isOverloaded: () => true } }, shed: 'event_loop' },
  'a client over its quota': { status: 429, parts: OVER_QUOTA },
};

for (const [what, { status, line = 'POST /v1', type = JSON_TYPE, parts, shed }] of Object.entries(REFUSED)) {
  for (const [how, more, body] of [
    ['whose client asks first', 'content-length: 1999999\r\nexpect: 100-continue', ''],
    ['that is on its way', 'content-length: 1999999', '{"data"'],
    ['that comes in chunks', 'transfer-encoding: chunked', `8000\r\n${'a'.repeat(32_768)}\r\n`.repeat(70)],
  ] as const) {
    test(`a body ${how} gets ${status} for ${what}, and the answer says that the connection closes`, async (t) => {
      const world = testWorld();
      const client = await rawClient(t, await listeningApi(t, { ...parts, world }));

      client.send(`${requestOf(line, { type, more })}${body}`);
      const [answer, ...others] = wholeAnswers(await closedLate(t, client, world.clock));

      assert.deepEqual([answer?.status, answer?.headers.get('connection')], [status, 'close']);
      assert.deepEqual([others, pick(world.emitted('shed'), 'reason')], [[], shed ? [shed] : []]);
    });
  }
}

test('the answer to a large body that comes late, after another one, leaves its client a second to read both', async (t) => {
  const { upstream, world, server, port } = await fakeApi(t);
  upstream.hold();
  const client = await rawClient(t, port);
  const unread = requestOf('POST /v2', { type: JSON_TYPE, more: 'content-length: 1999999' });
  client.send(`${requestOf('GET /v1?data=hello')}${unread}{"data"`);
  await until(t, () => upstream.calls.length === 1);
  await world.clock.advance(1000);

  upstream.recover();
  await client.heard('NOT_FOUND');
  for (let i = 0; i < 10; i++) await turn();
  const { connections } = server.status();

  assert.equal(connections, 1);
  const answers = wholeAnswers(await closedLate(t, client, world.clock));
  assert.deepEqual(pick(answers, 'status'), [200, 404]);
});

for (const [what, line, type, more, status] of [
  ['a small body with a second host', 'POST /v1', JSON_TYPE, 'content-length: 16\r\nhost: y', 400],
  ['a small body, asked for', 'POST /v1', 'text/html', 'content-length: 16\r\nexpect: 100-continue', 400],
  ['a body of more than 64 KiB', 'POST /v1', 'text/html', 'content-length: 65537', 400],
  ['a HEAD with a body of more than 64 KiB', 'HEAD /v2', 'text/html', 'content-length: 65537', 404],
] as const) {
  test(`${what} is not awaited before it is refused`, async (t) => {
    const client = await rawClient(t, await listeningApi(t, { world: testWorld() }));

    client.send(requestOf(line, { type, more }));

    assert.equal(parsed(await client.heard('\r\n\r\n')).status, status);
  });
}

for (const [what, line, type] of [
  ['another type', 'POST /v1', 'text/html'],
  ['an unknown path', 'POST /v2', JSON_TYPE],
] as const) {
  test(`a small body of ${what} is read to its end, and the connection lives on without a timer`, async (t) => {
    const world = testWorld();
    const client = await rawClient(t, await listeningApi(t, { world }));
    const request = requestOf(line, { type, body: '{"data":"hello"}' });

    client.send(request.slice(0, -5));
    client.send(request.slice(-5));
    const { headers } = parsed(await client.heard('requestId'));
    client.send(requestOf('GET /v1?data=hello'));

    assert.equal(headers.get('connection'), 'keep-alive');
    await client.heard('OLLEH');
    assert.equal(world.clock.timers(), 0);
  });
}

for (const [what, line, type, length, body] of [
  ['a string', 'POST /v1', JSON_TYPE, 'content-length: 16', '{"data":"hello"}'],
  ['a text', 'POST /v1', 'text/plain', 'content-length: 5', 'hello'],
  ['chunks', 'POST /', JSON_TYPE, 'transfer-encoding: Chunked', '10\r\n{"data":"hello"}\r\n0\r\n\r\n'],
  ['a bulk', 'POST /v1/bulk', NDJSON_TYPE, 'content-length: 16', '{"data":"hello"}'],
] as const) {
  test(`a client that expects 100 Continue before ${what} gets it`, async (t) => {
    const client = await rawClient(t, await listeningApi(t));

    client.send(requestOf(line, { type, more: `${length}\r\nexpect: 100-Continue` }));
    await client.heard('HTTP/1.1 100 Continue\r\n\r\n');
    client.send(body);

    assert.match(await client.heard('OLLEH'), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });
}

test('HTTP/1.0 has no 100 Continue, and needs no host', async (t) => {
  const more = 'expect: 100-continue';
  const request = requestOf('POST /v1', { type: JSON_TYPE, more, body: '{"data":"hello"}' });
  const older = request.replace('HTTP/1.1\r\nhost: x', 'HTTP/1.0');

  const { status } = await exchanged(t, await listeningApi(t), older);

  assert.equal(status, 200);
});

test('an unknown expectation is ignored', async (t) => {
  const request = requestOf('GET /health', { more: 'expect: the best\r\nconnection: close' });

  const { status, body } = await exchanged(t, await listeningApi(t), request);

  assert.deepEqual([status, body], [200, 'success']);
});
