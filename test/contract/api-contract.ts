import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, type Question } from '../support/ask.ts';
import { assertProblem, assertShout, assertStandardHeaders, CACHE_STATUS } from './api/assert-reply.ts';
import { BAD_INPUT, LONGEST, SHOUTS } from './api/questions.ts';

const GET = { path: '/v1?data=hello' };
const FOREVER = 'public, max-age=31536000, immutable';

const REFUSED: Readonly<Record<string, [status: number, code: string, question: Question]>> = {
  'an unknown path': [404, 'NOT_FOUND', { path: '/v2' }],
  'a path that cannot be decoded': [404, 'NOT_FOUND', { method: 'POST', path: '/%ff' }],
  'another method': [405, 'METHOD_NOT_ALLOWED', { ...GET, method: 'DELETE' }],
  'another method of a page': [405, 'METHOD_NOT_ALLOWED', { method: 'POST', path: '/health', body: 'x=1' }],
  'a body that is too large': [413, 'TOO_LARGE', LONGEST.more],
  'headers that are too large': [431, 'HEADERS_TOO_LARGE', { ...GET, headers: { x: 'x'.repeat(17_408) } }],
};

/**
 * The public HTTP contract, over real connections, against any running service with default limits; its address is asked for
 * when the first test runs. Nothing is assumed about what its caches know.
 */
export function apiContract(service: () => string): void {
  for (const [what, [question, data]] of Object.entries(SHOUTS)) {
    test(`answered as the contract says: ${what}`, async () =>
      assertShout(await ask(service(), question), data));
  }

  for (const [what, question] of Object.entries(BAD_INPUT)) {
    test(`${what} is bad input`, async () => assertProblem(await ask(service(), question), 400, 'BAD_INPUT'));
  }

  for (const [what, [status, code, question]] of Object.entries(REFUSED)) {
    test(`${what} is refused with ${code}`, async () => {
      const reply = await ask(service(), question);

      assertProblem(reply, status, code);
      assert.equal('allow' in reply.headers, status === 405);
    });
  }

  test('a body of exactly the limit is answered', async () => {
    assertShout(await ask(service(), LONGEST.question), LONGEST.data);
  });

  for (const path of ['/v1', '/v1/']) {
    test(`GET ${path} answers for good`, async () => {
      const reply = await ask(service(), { path: `${path}?data=hello` });

      assertShout(reply, 'OLLEH');
      assertStandardHeaders(reply);
      assert.equal(reply.headers['cache-control'], FOREVER);
      assert.match(String(reply.headers['cache-status']), CACHE_STATUS);
    });
  }

  test('a string that was just answered is a hit', async () => {
    const question = { path: '/v1?data=asked+twice' };
    await ask(service(), question);

    const { headers } = await ask(service(), question);

    assert.match(String(headers['cache-status']), /^tuohs; hit/);
  });

  test('an ETag differs with the answer and stays with the text', async () => {
    const paths = ['/v1?data=abc', '/v1?data=abc', '/v1?data=abd'];
    const replies = await Promise.all(paths.map((path) => ask(service(), { path })));

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
      const { headers } = await ask(service(), GET);
      const etag = String(headers.etag);

      const reply = await ask(service(), { ...GET, headers: { 'if-none-match': ifNoneMatch(etag) } });

      assert.deepEqual([reply.status, reply.body === '', reply.headers.etag], [status, status === 304, etag]);
      assert.equal(reply.headers['cache-control'], FOREVER);
    });
  }

  for (const path of ['/v1?data=hello', '/', '/health', '/v2']) {
    test(`HEAD ${path} has the status and the headers of GET, and no body`, async () => {
      const get = await ask(service(), { path });
      const head = await ask(service(), { method: 'HEAD', path });

      assert.deepEqual([head.status, head.body], [get.status, '']);
      for (const name of ['content-type', 'content-length', 'etag', 'cache-control'])
        assert.equal(head.headers[name], get.headers[name], name);
    });
  }

  test('GET /health says success in plain text', async () => {
    const reply = await ask(service(), { path: '/health' });

    assert.deepEqual([reply.status, reply.body], [200, 'success']);
    assert.match(String(reply.headers['content-type']), /^text\/plain(; charset=utf-8)?$/);
    assert.equal(reply.headers['cache-control'], 'no-store');
  });

  test('GET / names the ways in for programs', async () => {
    const reply = await ask(service(), { path: '/', headers: { accept: 'application/json' } });

    assert.deepEqual([reply.status, reply.headers['content-type']], [200, 'application/json']);
    assert.equal(JSON.parse(reply.body).name, 'tuohs');
    assertStandardHeaders(reply);
  });

  test('GET /v1/status says how SHOUTCLOUD is doing, and the version', async () => {
    const reply = await ask(service(), { path: '/v1/status' });

    const { upstream, version, ...more } = JSON.parse(reply.body);
    assert.deepEqual([reply.status, reply.headers['content-type']], [200, 'application/json']);
    assert.equal(reply.headers['cache-control'], 'no-store');
    assertStandardHeaders(reply);
    assert.match(upstream, /^(ok|failing|paused)$/);
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.deepEqual(more, {});
  });

  test('the id of a request comes back with its answer, and one that could do harm is replaced', async () => {
    const idOf = async (id: string) =>
      (await ask(service(), { ...GET, headers: { 'x-request-id': id } })).headers['x-request-id'];

    assert.equal(await idOf('550e8400-e29b-41d4_a716'), '550e8400-e29b-41d4_a716');
    assert.match(String(await idOf('<b>')), /^[\w-]{1,64}$/);
  });
}
