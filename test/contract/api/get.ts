import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../../support/ask.ts';
import type { Service } from '../api-contract.ts';
import { assertProblem, assertShout, assertStandardHeaders, CACHE_STATUS } from './assert-reply.ts';

const QUERIES: readonly (readonly [what: string, query: string, data: string])[] = [
  ['plus is a space', 'data=a+b', 'B A'],
  ['percent signs escape UTF-8', 'data=%F0%9F%87%BA%F0%9F%87%B8%61', 'A🇺🇸'],
  ['the first of repeated fields counts', 'data=first&data=last', 'TSRIF'],
  ['unknown fields are ignored', '__proto__=1&x=%FF&data=hello', 'OLLEH'],
  ['an empty text is a text', 'data=', ''],
];

/** GET a string, the other GET paths, and what every GET allows: caching and HEAD. */
export function getContract(service: Service): void {
  for (const path of ['/v1', '/v1/']) {
    test(`GET ${path} answers for good`, async () => {
      const reply = await ask(service(), { path: `${path}?data=hello` });

      assertShout(reply, 'OLLEH');
      assertStandardHeaders(reply);
      assert.equal(reply.headers['cache-control'], 'public, max-age=31536000, immutable');
      assert.match(String(reply.headers.etag), /^"[\w-]+"$/);
      assert.match(String(reply.headers['cache-status']), CACHE_STATUS);
    });
  }

  for (const [what, query, data] of QUERIES) {
    test(`in a query, ${what}`, async () =>
      assertShout(await ask(service(), { path: `/v1?${query}` }), data));
  }

  test('an ETag differs with the answer and stays with the text', async () => {
    const paths = ['/v1?data=abc', '/v1?data=abc', '/v1?data=abd'];
    const replies = await Promise.all(paths.map((path) => ask(service(), { path })));

    const [first, again, other] = replies.map(({ headers }) => headers.etag);
    assert.equal(again, first);
    assert.notEqual(other, first);
  });

  const matching = {
    'the same ETag': (etag: string) => etag,
    'a weak ETag': (etag: string) => `W/${etag}`,
    'one of several ETags': (etag: string) => `"other", ${etag}`,
    'any ETag': () => '*',
  };
  for (const [what, ifNoneMatch] of Object.entries(matching)) {
    test(`GET with ${what} is not sent again`, async () => {
      const { headers } = await ask(service(), { path: '/v1?data=hello' });
      const etag = String(headers.etag);

      const reply = await ask(service(), {
        path: '/v1?data=hello',
        headers: { 'if-none-match': ifNoneMatch(etag) },
      });

      assert.deepEqual([reply.status, reply.body, reply.headers.etag], [304, '', etag]);
      assert.equal(reply.headers['cache-control'], 'public, max-age=31536000, immutable');
    });
  }

  test('GET with another ETag is sent', async () => {
    const reply = await ask(service(), { path: '/v1?data=hello', headers: { 'if-none-match': '"other"' } });

    assertShout(reply, 'OLLEH');
  });

  for (const path of ['/v1?data=hello', '/', '/health']) {
    test(`HEAD ${path} has the headers of GET and no body`, async () => {
      const get = await ask(service(), { path });
      const head = await ask(service(), { method: 'HEAD', path });

      assert.deepEqual([head.status, head.body], [200, '']);
      for (const name of ['content-type', 'content-length', 'etag', 'cache-control']) {
        assert.equal(head.headers[name], get.headers[name], name);
      }
    });
  }

  for (const query of ['', '?', '?Data=hello', '?data=%FF', '?data=%C3', '?data=%ED%A0%80']) {
    test(`GET /v1${query} is bad input`, async () => {
      assertProblem(await ask(service(), { path: `/v1${query}` }), 400, 'BAD_INPUT');
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

    assert.equal(reply.status, 200);
    assert.equal(reply.headers['content-type'], 'application/json');
    assert.equal(JSON.parse(reply.body).name, 'tuohs');
    assertStandardHeaders(reply);
  });
}
