import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiUnderTest, listeningApi } from '../support/api.ts';
import { closedLate, parsed, rawClient, wholeAnswers } from '../support/raw-client.ts';
import { testWorld } from '../support/world.ts';

const JSON_HEAD = 'POST /v1 HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const LARGE = 'content-length: 1999999\r\n\r\n{"data"';
const CHUNKED = 'transfer-encoding: chunked\r\n\r\n';

const UNREAD: Readonly<Record<string, { status: number; request: string; parts?: ApiUnderTest }>> = {
  'a body over the limit': { status: 413, request: `${JSON_HEAD}${LARGE}` },
  'a body far over the limit': {
    status: 413,
    request: `${JSON_HEAD}${LARGE.replace('1999999', '99999999999')}`,
  },
  'a bulk over the limit': {
    status: 413,
    request: `POST /v1/bulk HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n${LARGE}`,
  },
  'chunks over the limit': {
    status: 413,
    request: `${JSON_HEAD}${CHUNKED}${`8000\r\n${'a'.repeat(32_768)}\r\n`.repeat(9)}`,
  },
  'a large body of another type': {
    status: 400,
    request: `POST /v1 HTTP/1.1\r\nhost: x\r\ncontent-type: text/html\r\n${LARGE}`,
  },
  'a large body for an unknown path': { status: 404, request: `POST /v2 HTTP/1.1\r\nhost: x\r\n${LARGE}` },
  'a large body for another method': { status: 405, request: `PUT /v1 HTTP/1.1\r\nhost: x\r\n${LARGE}` },
  'a large body where there is no room': {
    status: 503,
    request: `${JSON_HEAD}${LARGE}`,
    parts: { limits: { maxInFlight: 0 } },
  },
  'a large body over the quota': {
    status: 429,
    request: `${JSON_HEAD}${LARGE}`,
    parts: {
      options: { rateLimitPerMinute: 1 },
      requestCounter: { count: async () => ({ current: 2, leftMs: 30_000 }) },
    },
  },
};

for (const [what, { status, request, parts }] of Object.entries(UNREAD)) {
  test(`${what} gets ${status} before it has arrived, and the answer says that the connection closes`, async (t) => {
    const world = testWorld();
    const client = await rawClient(t, await listeningApi(t, { ...parts, world }));

    client.send(request);
    const [answer, ...more] = wholeAnswers(await closedLate(t, client, world.clock));

    assert.deepEqual([answer?.status, answer?.headers.get('connection')], [status, 'close']);
    assert.deepEqual(more, []);
  });
}

for (const [what, request] of Object.entries({
  'another type': JSON_HEAD.replace('application/json', 'text/html'),
  'an unknown path': JSON_HEAD.replace('/v1', '/v2'),
})) {
  test(`a small body of ${what} is read to its end, and the connection lives on`, async (t) => {
    const client = await rawClient(t, await listeningApi(t));

    client.send(`${request}content-length: 16\r\n\r\n{"data":"he`);
    client.send('llo"}');
    const { headers } = parsed(await client.heard('requestId'));
    client.send('GET /v1?data=hello HTTP/1.1\r\nhost: x\r\n\r\n');

    assert.equal(headers.get('connection'), 'keep-alive');
    await client.heard('OLLEH');
  });
}
