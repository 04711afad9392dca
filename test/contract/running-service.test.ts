import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, type Question, type Reply } from '../support/ask.ts';
import { tuohs } from '../support/process.ts';
import { BAD_INPUT, LONGEST, SHOUTS } from './api/questions.ts';

const GET = { path: '/v1?data=hello' };
const FOREVER = 'public, max-age=31536000, immutable';
const CACHE_STATUS = /^tuohs; (hit(; detail=redis)?|fwd=miss(; stored)?(; collapsed)?(; detail=local)?)$/;

const REFUSED: Readonly<Record<string, [status: number, code: string, question: Question]>> = {
  'an unknown path': [404, 'NOT_FOUND', { path: '/v2' }],
  'a path that cannot be decoded': [404, 'NOT_FOUND', { method: 'POST', path: '/%ff' }],
  'another method': [405, 'METHOD_NOT_ALLOWED', { ...GET, method: 'DELETE' }],
  'another method of a page': [405, 'METHOD_NOT_ALLOWED', { method: 'POST', path: '/health', body: 'x=1' }],
  'a body that is too large': [413, 'TOO_LARGE', LONGEST.more],
  'headers that are too large': [431, 'HEADERS_TOO_LARGE', { ...GET, headers: { x: 'x'.repeat(17_408) } }],
};

// The public HTTP contract, over real connections and with default limits. It does not depend on the content of caches. `make smoke
// URL=…` checks a running service; without a URL the test starts one.
let url = process.env.SMOKE_URL ?? '';

if (url === '') {
  const service = tuohs({ after }, ['serve', '--embedded-shoutcloud']);
  before(async () => {
    ({ url } = await service.listening());
  });
}

for (const [what, [question, data]] of Object.entries(SHOUTS)) {
  test(`answered as the contract says: ${what}`, async () => assertShout(await asked(question), data));
}

for (const [what, question] of Object.entries(BAD_INPUT)) {
  test(`${what} is bad input`, async () => assertProblem(await asked(question), 400, 'BAD_INPUT'));
}

for (const [what, [status, code, question]] of Object.entries(REFUSED)) {
  test(`${what} is refused with ${code}`, async () => {
    const reply = await asked(question);

    assertProblem(reply, status, code);
    assert.equal('allow' in reply.headers, status === 405);
  });
}

test('a body of exactly the limit is answered', async () => {
  assertShout(await asked(LONGEST.question), LONGEST.data);
});

for (const path of ['/v1', '/v1/']) {
  test(`GET ${path} gives an answer that can be cached`, async () => {
    const reply = await asked({ path: `${path}?data=hello` });

    assertShout(reply, 'OLLEH');
    assertStandardHeaders(reply);
    assert.equal(reply.headers['cache-control'], FOREVER);
    assert.match(String(reply.headers['cache-status']), CACHE_STATUS);
  });
}

test('a string that was just answered is a hit', async () => {
  await asked(GET);

  const { headers } = await asked(GET);

  assert.match(String(headers['cache-status']), /^tuohs; hit/);
});

for (const question of [GET, { ...GET, path: '/', method: 'POST', body: 'hello' }]) {
  test(`the answer to ${question.path} is the text alone for a caller that prefers that to JSON`, async () => {
    const headers = { 'content-type': 'text/plain', accept: 'application/json;q=0.9, text/plain' };

    const reply = await asked({ ...question, headers });

    assert.deepEqual([reply.status, reply.body], [200, 'OLLEH']);
    assert.equal(reply.headers['content-type'], 'text/plain; charset=utf-8');
    if (question === GET) assert.match(String(reply.headers.vary), /\bAccept\b/);
  });
}

test('a bulk gets a line for each line, in order', async () => {
  const headers = { 'content-type': 'application/x-ndjson' };
  const body = '{"data":"hello"}\nno JSON\n{"data":""}\n';

  const reply = await asked({ method: 'POST', path: '/v1/bulk', headers, body });

  assert.equal(reply.headers['content-type'], 'application/x-ndjson');
  assert.match(reply.body, /^\{"data":"OLLEH"\}\n\{.*"code":"BAD_INPUT".*\}\n\{"data":""\}\n$/);
});

test('an ETag differs with the answer and stays with the text', async () => {
  const paths = ['/v1?data=abc', '/v1?data=abc', '/v1?data=abd'];
  const replies = await Promise.all(paths.map((path) => asked({ path })));

  const [first, again, other] = replies.map(({ headers }) => headers.etag);
  assert.match(String(first), /^"[\w-]+"$/);
  assert.equal(again, first);
  assert.notEqual(other, first);
});

for (const [what, ifNoneMatch, status] of [
  ['the same ETag', (etag: string) => etag, 304],
  ['a weak ETag', (etag: string) => `W/${etag}`, 304],
  ['one of several ETags', (etag: string) => `"other", ${etag}`, 304],
  ['another ETag', () => '"other"', 200],
] as const) {
  test(`GET with ${what} is a ${status}`, async () => {
    const { headers } = await asked(GET);
    const etag = String(headers.etag);

    const reply = await asked({ ...GET, headers: { 'if-none-match': ifNoneMatch(etag) } });

    assert.deepEqual([reply.status, reply.body === '', reply.headers.etag], [status, status === 304, etag]);
    assert.equal(reply.headers['cache-control'], FOREVER);
  });
}

for (const path of ['/v1?data=hello', '/', '/health', '/v2']) {
  test(`HEAD ${path} has the status and the headers of GET, and no body`, async () => {
    const get = await asked({ path });
    const head = await asked({ method: 'HEAD', path });

    assert.deepEqual([head.status, head.body], [get.status, '']);
    for (const name of ['content-type', 'content-length', 'etag', 'cache-control'])
      assert.equal(head.headers[name], get.headers[name], name);
  });
}

test('GET /health says success in plain text', async () => {
  const reply = await asked({ path: '/health' });

  assert.deepEqual([reply.status, reply.body], [200, 'success']);
  assert.match(String(reply.headers['content-type']), /^text\/plain(; charset=utf-8)?$/);
  assert.equal(reply.headers['cache-control'], 'no-store');
});

test('GET / lists the requests of the API for programs', async () => {
  const [, index] = await jsonAt('/', { accept: 'application/json' });

  assert.equal(index.name, 'tuohs');
});

test('GET /v1/status says how SHOUTCLOUD is doing, and the version', async () => {
  const [headers, { upstream, version, ...more }] = await jsonAt('/v1/status');

  assert.match(`${upstream} ${version}`, /^(ok|failing|paused) \d+\.\d+\.\d+/);
  assert.deepEqual([more, headers['cache-control']], [{}, 'no-store']);
});

for (const id of ['a', 'A-Z_09', 'x'.repeat(64)]) {
  test(`the request id ${id} comes back with the answer`, async () => {
    assert.equal(await idOf(id), id);
  });
}

for (const id of ['', 'x'.repeat(65), 'a b', '<b>', 'é', ['a', 'b']]) {
  test(`the request id ${JSON.stringify(id)} is replaced by a new one`, async () => {
    const ids = [await idOf(id), await idOf(id)];

    assert.match(ids.join(), /^[\w-]{1,64},[\w-]{1,64}$/);
    assert.notEqual(ids[0], ids[1]);
  });
}

async function idOf(id: string | string[]): Promise<unknown> {
  const { headers } = await asked({ ...GET, headers: { 'x-request-id': id } });
  return headers['x-request-id'];
}

async function jsonAt(path: string, headers = {}): Promise<[Reply['headers'], Record<string, unknown>]> {
  const reply = await asked({ path, headers });
  assert.deepEqual([reply.status, reply.headers['content-type']], [200, 'application/json']);
  assertStandardHeaders(reply);
  return [reply.headers, JSON.parse(reply.body)];
}

function asked(question: Question): Promise<Reply> {
  return ask(url, question);
}

/** Checks the answer to a string. Every client of the API relies on this. */
function assertShout(reply: Reply, data: string): void {
  assert.equal(reply.status, 200, reply.body);
  assert.equal(reply.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(reply.body), { data });
}

/** Checks an error against the error table. It must not be a page, contain a stack trace, or be stored. */
function assertProblem(reply: Reply, status: number, code: string): void {
  assert.equal(reply.status, status, reply.body);
  assert.equal(reply.headers['content-type'], 'application/json');
  assert.equal(reply.headers['cache-control'], 'no-store');
  const { error, code: found, requestId, detail = '', ...more } = JSON.parse(reply.body);
  assert.deepEqual([found, requestId, more], [code, reply.headers['x-request-id'], {}]);
  assert.match(error, /\w{3}.*\.$|shoutcloud/i);
  assert.match(detail, /^$|\.$/);
  assertStandardHeaders(reply);
}

/** Checks the headers that every answer has. */
function assertStandardHeaders({ headers }: Reply): void {
  assert.match(String(headers.date), / GMT$/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.match(String(headers['x-request-id']), /^[\w-]{1,64}$/);
}
