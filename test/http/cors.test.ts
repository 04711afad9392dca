import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ApiUnderTest, listeningApi, OVER_QUOTA } from '../support/api.ts';
import { ask, type Question } from '../support/ask.ts';
import { parsed } from '../support/raw-answer.ts';
import { rawClient, requestOf } from '../support/raw-client.ts';
import { EVERY_ANSWER } from './every-answer.ts';

const APP = 'https://app.example';
const OTHER = 'https://other.example';
for (const [what, { status, question, parts }] of Object.entries(EVERY_ANSWER)) {
  for (const [who, origins, allowed] of [
    ['can be read by a page of an allowed site', [OTHER, APP], APP],
    ['cannot be read by a page of another site, and no cache mixes the two up', [OTHER], undefined],
    ['says nothing of origins if none is allowed', undefined, undefined],
  ] as const) {
    test(`${what} ${who}`, async (t) => {
      const reply = await asked(t, origins, from(APP, question), parts);

      assert.equal(reply.status, status);
      assert.equal(reply.headers['access-control-allow-origin'], allowed);
      assert.equal('access-control-expose-headers' in reply.headers, allowed !== undefined);
      assert.equal(varies(reply.headers.vary), origins !== undefined, reply.headers.vary);
    });
  }
}

for (const [what, origins, origin, allowed] of [
  ['a request without an origin gets no permission', [APP], undefined, undefined],
  ['with * the pages of all sites can read it', ['*'], 'null', '*'],
] as const) {
  test(`${what}, and the index still varies by Accept`, async (t) => {
    const { headers } = await asked(t, origins, from(origin, { path: '/' }));

    assert.equal(headers['access-control-allow-origin'], allowed);
    assert.equal(headers.vary, 'Origin, Accept');
  });
}

test('pages can read the headers of the quota and of the cache', async (t) => {
  const { headers } = await asked(t, [APP], from(APP, { path: '/v1?data=hello' }));

  assert.equal(
    headers['access-control-expose-headers'],
    'Cache-Status, ETag, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id',
  );
});

for (const [path, methods] of Object.entries({
  '/v1': 'GET, HEAD, POST',
  '/v1/': 'GET, HEAD, POST',
  '/': 'GET, HEAD, POST',
  '/v1/bulk': 'POST',
  '/health': 'GET, HEAD',
  '/openapi.json': 'GET, HEAD',
})) {
  test(`a preflight says what ${path} accepts`, async (t) => {
    const reply = await asked(t, [APP], preflight(APP, path));

    assert.deepEqual([reply.status, reply.body], [204, '']);
    assert.equal(reply.headers['access-control-allow-origin'], APP);
    assert.equal(words(reply.headers['access-control-allow-methods']), methods);
    assert.equal(
      reply.headers['access-control-allow-headers'],
      'Content-Type, X-Request-Id, If-None-Match, traceparent, tracestate, baggage, Authorization, *',
    );
    assert.equal(reply.headers['access-control-max-age'], '7200');
    assert.ok(varies(reply.headers.vary));
  });
}

test('a preflight does not count against the quota', async (t) => {
  const { status } = await asked(t, [APP], preflight(APP, '/v1'), OVER_QUOTA);

  assert.equal(status, 204);
});

for (const [who, origins, question, status] of [
  ['OPTIONS of a page of another site', [APP], preflight(OTHER, '/v1'), 405],
  ['OPTIONS of a page if no site is allowed', undefined, preflight(APP, '/v1'), 405],
  ['OPTIONS of an unknown path', [APP], preflight(APP, '/v2'), 404],
  ['OPTIONS of no one in particular', [APP], { method: 'OPTIONS', path: '/v1' }, 405],
  ['OPTIONS of an allowed page without a method', ['*'], from(APP, { method: 'OPTIONS', path: '/v1' }), 405],
  ['PUT of an allowed page that names a method', [APP], { ...preflight(APP, '/v1'), method: 'PUT' }, 405],
] as const) {
  test(`${who} is answered like any unknown request`, async (t) => {
    const reply = await asked(t, origins, question);

    assert.equal(reply.status, status);
    assert.equal(reply.headers['access-control-allow-methods'], undefined);
    assert.equal(words(reply.headers.allow), status === 405 ? 'GET, HEAD, POST' : '');
  });
}

const ORIGIN = `Origin: ${APP}`;
const ODD = { type: 'application/json', more: ORIGIN };
const CHUNKED = { more: `${ORIGIN}\r\ntransfer-encoding: chunked` };

/** Bytes that are not a complete request, but contain the origin. */
const BROKEN: readonly [what: string, status: number, bytes: string][] = [
  ['headers that are too large', 431, requestOf(`GET /${'a'.repeat(20_000)}`, ODD)],
  ['a header too many', 431, requestOf('GET /', { more: `${ORIGIN}${'\r\na: b'.repeat(199)}` })],
  ['a header without a name', 400, requestOf('GET /', { more: `${ORIGIN}\r\n: x` })],
  ['no host', 400, `GET / HTTP/1.1\r\n${ORIGIN}\r\n\r\n`],
  ['a bad chunk', 400, `${requestOf('POST /v1', CHUNKED)}G\r\n`],
  ['headers that come too slowly', 408, `GET / HTTP/1.1\r\n${ORIGIN}\r\n`],
  ['a body that comes too slowly', 408, requestOf('POST /v1', { ...ODD, body: '{"data":"a"}' }).slice(0, -1)],
];

for (const [what, status, bytes] of BROKEN) {
  for (const [allowed, ...others] of [[APP], ['*'], [APP, OTHER]] as const) {
    test(`the refusal of ${what} can be read by a page if ${[allowed, ...others].join()} is allowed`, async (t) => {
      const options = { corsOrigins: [...others, allowed], slowClientMs: status === 408 ? 50 : 60_000 };
      const client = await rawClient(t, await listeningApi(t, { options }));

      client.send(bytes);
      const answer = parsed(await client.heard('requestId'));

      assert.equal(answer.status, status);
      // If headers come too slowly, Node drops them, so the origin is unknown. The answer then names the first allowed origin.
      const [first = allowed] = /^headers .* slowly$/.test(what) ? others : [];
      assert.equal(answer.headers.get('access-control-allow-origin'), first);
      assert.match(answer.headers.get('access-control-expose-headers') ?? '', /Retry-After/);
      assert.ok(varies(answer.headers.get('vary') ?? ''));
    });
  }
}

/** The reply of a service that allows these origins. */
async function asked(
  t: TestContext,
  origins: readonly string[] | undefined,
  question: Question,
  { options, ...parts }: ApiUnderTest = {},
) {
  const corsOrigins = origins && [...origins];
  const port = await listeningApi(t, { ...parts, options: { ...options, corsOrigins } });
  return ask(`http://127.0.0.1:${port}`, question);
}

function from(origin: string | undefined, question: Question): Question {
  return { ...question, headers: { ...question.headers, ...(origin && { origin }) } };
}

function preflight(origin: string, path: string): Question {
  return from(origin, { method: 'OPTIONS', path, headers: { 'access-control-request-method': 'POST' } });
}

function varies(vary = ''): boolean {
  return vary.split(', ').includes('Origin');
}

/** The words of a list. They are sorted, because their order does not matter. */
function words(list: unknown = ''): string {
  return String(list).split(', ').sort().join(', ');
}
