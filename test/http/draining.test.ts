import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiUnderTest, listeningApi } from '../support/api.ts';
import { parsed, rawClient, wholeAnswers } from '../support/raw-client.ts';

// Every connection here is kept alive by its client, so that only the service can want its end.

const JSON_BODY = 'content-type: application/json\r\ncontent-length: 16\r\n\r\n{"data":"hello"}';
const OVER_QUOTA: ApiUnderTest = {
  options: { rateLimitPerMinute: 1 },
  requestCounter: { count: async () => ({ current: 2, leftMs: 30_000 }) },
};

interface Row {
  readonly status: number;
  readonly request: string;
  readonly parts?: ApiUnderTest;
}

const ANSWERS: Readonly<Record<string, Row>> = {
  'a string': { status: 200, request: head('POST /v1', JSON_BODY) },
  'a cacheable string': { status: 200, request: head('GET /v1?data=hello') },
  'a 304': { status: 304, request: head('GET /v1?data=hello', 'if-none-match: *\r\n\r\n') },
  'the headers of an answer': { status: 200, request: head('HEAD /openapi.json') },
  'a bulk': { status: 200, request: head('POST /v1/bulk', JSON_BODY.replace('json', 'x-ndjson')) },
  health: { status: 200, request: head('GET /health') },
  'the index': { status: 200, request: head('GET /') },
  'the reference': { status: 200, request: head('GET /docs') },
  'a preflight': {
    status: 204,
    request: head(
      'OPTIONS /v1',
      'origin: https://app.example\r\naccess-control-request-method: POST\r\n\r\n',
    ),
    parts: { options: { corsOrigins: ['*'] } },
  },
  'bad input': { status: 400, request: head('GET /v1') },
  'bad input in a body': { status: 400, request: head('POST /v1', JSON_BODY.replace('data', 'Data')) },
  'an unknown path': { status: 404, request: head('GET /v2') },
  'an unknown path with a body': { status: 404, request: head('POST /v2', JSON_BODY) },
  'another method': { status: 405, request: head('DELETE /v1') },
  'a refusal by the quota': { status: 429, request: head('GET /v1?data=hello'), parts: OVER_QUOTA },
  'a refusal for want of room': {
    status: 503,
    request: head('GET /'),
    parts: { limits: { maxInFlight: 0 } },
  },
};

for (const [what, { status, request, parts }] of Object.entries(ANSWERS)) {
  test(`while the service drains, ${what} is answered and its connection closed`, async (t) => {
    let isDraining = false;
    const client = await rawClient(t, await listeningApi(t, { ...parts, isDraining: () => isDraining }));
    client.send(request);
    const before = parsed(await client.heard(/\r\n\r\n/));
    const other = await rawClient(t, client.socket.remotePort ?? 0);

    isDraining = true;
    other.send(request);
    const during = parsed(await other.heard(/\r\n\r\n/));

    assert.deepEqual([before.status, during.status], [status, status]);
    assert.notEqual(before.headers.get('connection'), 'close');
    assert.equal(during.headers.get('connection'), 'close');
    await other.closed();
  });
}

test('of requests sent without waiting, the first answer in the drain is the last of its connection', async (t) => {
  const client = await rawClient(t, await listeningApi(t, { isDraining: () => true }));

  client.send(`${head('GET /v1?data=hello')}${head('GET /v1?data=world')}`);

  const answers = wholeAnswers(await client.closed());
  assert.deepEqual(
    answers.map(({ body }) => body),
    ['{"data":"OLLEH"}'],
  );
});

function head(line: string, rest = '\r\n'): string {
  return `${line} HTTP/1.1\r\nhost: x\r\n${rest}`;
}
