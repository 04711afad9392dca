import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiUnderTest, listeningApi } from '../support/api.ts';
import { parsed, rawClient } from '../support/raw-client.ts';

const JSON_TYPE = 'content-type: application/json\r\n';
const NDJSON_TYPE = 'content-type: application/x-ndjson\r\n';
const SMALL = 'content-length: 16\r\n';
const CHUNKED = 'transfer-encoding: chunked\r\n';

const CERTAIN: Readonly<Record<string, { status: number; head: string; parts?: ApiUnderTest }>> = {
  'a body over the limit': {
    status: 413,
    head: `POST /v1 HTTP/1.1\r\n${JSON_TYPE}content-length: 9999999\r\n`,
  },
  'a bulk over the limit': {
    status: 413,
    head: `POST /v1/bulk HTTP/1.1\r\n${NDJSON_TYPE}content-length: 9999999\r\n`,
  },
  'another content type': { status: 400, head: `POST /v1 HTTP/1.1\r\ncontent-type: text/html\r\n${SMALL}` },
  'no content type': { status: 400, head: `POST /v1 HTTP/1.1\r\n${SMALL}` },
  'another charset': {
    status: 400,
    head: `POST /v1 HTTP/1.1\r\ncontent-type: application/json; charset=latin1\r\n${SMALL}`,
  },
  'JSON for a bulk': { status: 400, head: `POST /v1/bulk HTTP/1.1\r\n${JSON_TYPE}${SMALL}` },
  'chunks of another content type': {
    status: 400,
    head: `POST /v1 HTTP/1.1\r\ncontent-type: text/html\r\n${CHUNKED}`,
  },
  'an unknown path': { status: 404, head: `POST /v2 HTTP/1.1\r\n${JSON_TYPE}${SMALL}` },
  'a method that is not allowed': { status: 405, head: `PUT /v1 HTTP/1.1\r\n${JSON_TYPE}${SMALL}` },
  'a second host': { status: 400, head: `POST /v1 HTTP/1.1\r\nhost: y\r\n${JSON_TYPE}${SMALL}` },
  'a service without room': {
    status: 503,
    head: `POST /v1 HTTP/1.1\r\n${JSON_TYPE}${SMALL}`,
    parts: { limits: { maxInFlight: 0 } },
  },
  'a service whose event loop is late': {
    status: 503,
    head: `POST /v1/bulk HTTP/1.1\r\n${NDJSON_TYPE}${CHUNKED}`,
    parts: { limits: { isOverloaded: () => true } },
  },
  'a client over its quota': {
    status: 429,
    head: `POST /v1 HTTP/1.1\r\n${JSON_TYPE}${SMALL}`,
    parts: {
      options: { rateLimitPerMinute: 1 },
      requestCounter: { count: async () => ({ current: 2, leftMs: 30_000 }) },
    },
  },
};

for (const [what, { status, head, parts }] of Object.entries(CERTAIN)) {
  test(`who asks before sending the body is told ${status} at once for ${what}`, async (t) => {
    const client = await rawClient(t, await listeningApi(t, parts));

    client.send(`${head}host: x\r\nexpect: 100-continue\r\n\r\n`);
    const answer = parsed(await client.heard('requestId'));

    assert.equal(answer.status, status);
    // The client may send the body all the same, or not: nobody can tell what the next bytes are.
    assert.equal(answer.headers.get('connection'), 'close');
  });
}

for (const [what, head, body, answer] of [
  ['a string', `POST /v1 HTTP/1.1\r\n${JSON_TYPE}${SMALL}`, '{"data":"hello"}', 'OLLEH'],
  ['a text', 'POST /v1 HTTP/1.1\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n', 'hello', 'OLLEH'],
  [
    'a string in chunks',
    `POST / HTTP/1.1\r\n${JSON_TYPE}${CHUNKED}`,
    '10\r\n{"data":"hello"}\r\n0\r\n\r\n',
    'OLLEH',
  ],
  ['a bulk', `POST /v1/bulk HTTP/1.1\r\n${NDJSON_TYPE}${SMALL}`, '{"data":"hello"}', 'OLLEH'],
] as const) {
  test(`who asks before sending ${what} may send it`, async (t) => {
    const client = await rawClient(t, await listeningApi(t));

    client.send(`${head}host: x\r\nexpect: 100-Continue\r\n\r\n`);
    await client.heard('HTTP/1.1 100 Continue\r\n\r\n');
    client.send(body);

    assert.match(await client.heard(answer), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });
}

test('HTTP/1.0 has no 100 Continue', async (t) => {
  const client = await rawClient(t, await listeningApi(t));

  client.send(`POST /v1 HTTP/1.0\r\n${JSON_TYPE}${SMALL}expect: 100-continue\r\n\r\n{"data":"hello"}`);

  assert.equal(parsed(await client.closed()).status, 200);
});

test('an expectation that nobody knows is ignored', async (t) => {
  const client = await rawClient(t, await listeningApi(t));

  client.send('GET /health HTTP/1.1\r\nHost: x\r\nExpect: the best\r\nConnection: close\r\n\r\n');
  const { status, body } = parsed(await client.closed());

  assert.deepEqual([status, body], [200, 'success']);
});
