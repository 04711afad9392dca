import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type ApiUnderTest, listeningApi } from '../support/api.ts';
import { ask, type Question } from '../support/ask.ts';
import { parsed, rawClient } from '../support/raw-client.ts';

const APP = 'https://app.example';
const OTHER = 'https://other.example';
const JSON_BODY = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"data":"hello"}',
};

interface Row {
  readonly status: number;
  readonly question: Question;
  readonly parts?: ApiUnderTest;
}

/** Every way to an answer. */
const ANSWERS: Readonly<Record<string, Row>> = {
  'a POST': { status: 200, question: { ...JSON_BODY, path: '/v1' } },
  'an immutable GET': { status: 200, question: { path: '/v1?data=hello' } },
  'a 304': { status: 304, question: { path: '/v1?data=hello', headers: { 'if-none-match': '*' } } },
  'a bulk stream': {
    status: 200,
    question: { ...JSON_BODY, path: '/v1/bulk', headers: { 'content-type': 'application/x-ndjson' } },
  },
  'bad input': { status: 400, question: { path: '/v1' } },
  'an unknown path': { status: 404, question: { path: '/v2' } },
  'a broken path': { status: 404, question: { path: '/%' } },
  'another method': { status: 405, question: { path: '/v1', method: 'DELETE' } },
  'a client over its quota': {
    status: 429,
    question: { path: '/v1?data=hello' },
    parts: {
      options: { rateLimitPerMinute: 1 },
      requestCounter: { count: async () => ({ current: 2, leftMs: 30_000 }) },
    },
  },
  'a request that finds no room': {
    status: 503,
    question: { path: '/v1' },
    parts: { limits: { maxInFlight: 0 } },
  },
  health: { status: 200, question: { path: '/health' } },
  'the index': { status: 200, question: { path: '/' } },
  'the OpenAPI document': { status: 200, question: { path: '/openapi.json' } },
};

for (const [what, { status, question, parts }] of Object.entries(ANSWERS)) {
  describe(what, () => {
    test('can be read by a page of an allowed site', async (t) => {
      const reply = await ask(await allowing(t, [OTHER, APP], parts), from(APP, question));

      assert.equal(reply.status, status);
      assert.equal(reply.headers['access-control-allow-origin'], APP);
      assert.match(String(reply.headers['access-control-expose-headers']), /Cache-Status.*Retry-After/);
      assert.ok(varies(reply.headers.vary), reply.headers.vary);
    });

    test('cannot be read by a page of another site, and no cache mixes the two up', async (t) => {
      const reply = await ask(await allowing(t, [APP], parts), from(OTHER, question));

      assert.equal(reply.status, status);
      assert.equal(reply.headers['access-control-allow-origin'], undefined);
      assert.ok(varies(reply.headers.vary), reply.headers.vary);
    });

    test('says nothing of origins where none is allowed', async (t) => {
      const reply = await ask(await allowing(t, undefined, parts), from(APP, question));

      assert.equal(reply.status, status);
      assert.deepEqual(corsHeaders(reply.headers), []);
      assert.ok(!varies(reply.headers.vary), reply.headers.vary);
    });
  });
}

test('what caches knew before stays: the index varies by Accept, too', async (t) => {
  const { headers } = await ask(await allowing(t, [APP]), { path: '/' });

  assert.equal(headers.vary, 'Origin, Accept');
});

test('a request without an origin gets no permission', async (t) => {
  const { headers } = await ask(await allowing(t, [APP]), { path: '/v1?data=hello' });

  assert.equal(headers['access-control-allow-origin'], undefined);
});

test('with * the pages of all sites may read', async (t) => {
  const { headers } = await ask(await allowing(t, ['*']), from('null', { path: '/v1?data=hello' }));

  assert.equal(headers['access-control-allow-origin'], '*');
});

test('the headers of a quota and of the cache may be read, too', async (t) => {
  const { headers } = await ask(await allowing(t, [APP]), from(APP, { path: '/v1?data=hello' }));
  const exposed = String(headers['access-control-expose-headers']).split(', ');

  assert.deepEqual(exposed, [
    'Cache-Status',
    'ETag',
    'RateLimit-Limit',
    'RateLimit-Remaining',
    'RateLimit-Reset',
    'Retry-After',
    'X-Request-Id',
  ]);
});

for (const [path, methods] of Object.entries({
  '/v1': 'GET, HEAD, POST',
  '/v1/': 'GET, HEAD, POST',
  '/': 'GET, HEAD, POST',
  '/v1/bulk': 'POST',
  '/health': 'GET, HEAD',
  '/openapi.json': 'GET, HEAD',
})) {
  test(`a browser that asks first is told what ${path} takes`, async (t) => {
    const reply = await ask(await allowing(t, [APP]), preflight(APP, path));

    assert.deepEqual([reply.status, reply.body], [204, '']);
    assert.equal(reply.headers['access-control-allow-origin'], APP);
    assert.equal(words(reply.headers['access-control-allow-methods']), methods);
    assert.equal(
      reply.headers['access-control-allow-headers'],
      'Content-Type, X-Request-Id, If-None-Match, traceparent, tracestate, baggage, Authorization, *',
    );
    assert.match(String(reply.headers['access-control-max-age']), /^\d+$/);
    assert.ok(varies(reply.headers.vary));
  });
}

test('asking first does not count against the quota', async (t) => {
  const parts = {
    options: { rateLimitPerMinute: 1 },
    requestCounter: { count: async () => ({ current: 2, leftMs: 30_000 }) },
  };
  const reply = await ask(await allowing(t, [APP], parts), preflight(APP, '/v1'));

  assert.equal(reply.status, 204);
});

const REFUSED: Readonly<
  Record<string, { origins: string[] | undefined; question: Question; status: number }>
> = {
  'a page of another site': { origins: [APP], question: preflight(OTHER, '/v1'), status: 405 },
  'a page where no site is allowed': { origins: undefined, question: preflight(APP, '/v1'), status: 405 },
  'an unknown path': { origins: [APP], question: preflight(APP, '/v2'), status: 404 },
  'nobody in particular': { origins: [APP], question: { method: 'OPTIONS', path: '/v1' }, status: 405 },
  'an allowed page without a method': {
    origins: ['*'],
    question: from(APP, { method: 'OPTIONS', path: '/v1' }),
    status: 405,
  },
};
for (const [who, { origins, question, status }] of Object.entries(REFUSED)) {
  test(`OPTIONS of ${who} is answered as any unknown request`, async (t) => {
    const reply = await ask(await allowing(t, origins), question);

    assert.equal(reply.status, status);
    assert.equal(reply.headers['access-control-allow-methods'], undefined);
    assert.equal(words(reply.headers.allow), status === 405 ? 'GET, HEAD, POST' : '');
  });
}

/** What never became a request; the origin is in it all the same. */
const BROKEN: Readonly<Record<string, { status: number; bytes: string }>> = {
  'headers that are too large': {
    status: 431,
    bytes: `GET /${'a'.repeat(20_000)} HTTP/1.1\r\norigin: ${APP}\r\n\r\n`,
  },
  'a header without a name': { status: 400, bytes: `GET / HTTP/1.1\r\nOrigin: ${APP}\r\n: x\r\n\r\n` },
  'no host': { status: 400, bytes: `GET / HTTP/1.1\r\norigin: ${APP}\r\n\r\n` },
  'a bad chunk': {
    status: 400,
    bytes: `POST /v1 HTTP/1.1\r\nhost: x\r\norigin: ${APP}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nG\r\n`,
  },
  'headers that come too slowly': { status: 408, bytes: `GET / HTTP/1.1\r\norigin: ${APP}\r\n` },
  'a body that comes too slowly': {
    status: 408,
    bytes: `POST /v1 HTTP/1.1\r\nhost: x\r\norigin: ${APP}\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`,
  },
};

for (const [what, { status, bytes }] of Object.entries(BROKEN)) {
  for (const [who, corsOrigins] of [
    ['of the only allowed site', [APP]],
    ['of any site', ['*']],
  ] as const) {
    test(`the refusal of ${what} can be read by a page ${who}`, async (t) => {
      const options = { corsOrigins, slowClientMs: status === 408 ? 50 : 60_000 };
      const client = await rawClient(t, await listeningApi(t, { options }));

      client.send(bytes);
      const answer = parsed(await client.heard('requestId'));

      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('access-control-allow-origin'), corsOrigins[0]);
      assert.match(answer.headers.get('access-control-expose-headers') ?? '', /Retry-After/);
      assert.ok(varies(answer.headers.get('vary') ?? ''));
    });
  }
}

async function allowing(
  t: TestContext,
  corsOrigins: string[] | undefined,
  { options, ...parts }: ApiUnderTest = {},
): Promise<string> {
  const port = await listeningApi(t, { ...parts, options: { ...options, corsOrigins } });
  return `http://127.0.0.1:${port}`;
}

function from(origin: string, question: Question): Question {
  return { ...question, headers: { ...question.headers, origin } };
}

function preflight(origin: string, path: string): Question {
  return from(origin, { method: 'OPTIONS', path, headers: { 'access-control-request-method': 'POST' } });
}

function varies(vary = ''): boolean {
  return vary.split(', ').includes('Origin');
}

function corsHeaders(headers: object): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'));
}

/** A list in order, for which nobody promises one. */
function words(list: unknown = ''): string {
  return String(list).split(', ').sort().join(', ');
}
