import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApi } from '../support/api.ts';

for (const path of ['/docs', '/docs/', '/docs?x=1']) {
  test(`GET ${path} is the page of the reference, without a redirect`, async (t) => {
    const { statusCode, headers, body } = await testApi(t).inject({ url: path });

    assert.equal(statusCode, 200);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.match(body, /<title>tuohs: API reference<\/title>/);
    assert.match(body, /<meta name="viewport"/);
  });
}

test('its policy lets in what its own origin serves, and no inline code', async (t) => {
  const { headers } = await testApi(t).inject({ url: '/docs' });
  const policy = String(headers['content-security-policy']);

  assert.match(policy, /^default-src 'none'; /);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
});

test('all that the page refers to is there', async (t) => {
  const api = testApi(t);
  const { body } = await api.inject({ url: '/docs' });
  const addresses = Array.from(body.matchAll(/(?:src|href)="([^"]+)"/g), ([, address = '']) => address);

  const replies = await Promise.all(addresses.map((url) => api.inject({ url })));

  assert.ok(addresses.length > 3);
  assert.deepEqual(new Set(replies.map(({ statusCode }) => statusCode)), new Set([200]));
});

for (const path of [
  '/docs/missing',
  '/docs/static/missing.js',
  '/docs/static',
  '/docs/static/..%2f..%2fpackage.json',
  '/docs/static/%00',
]) {
  test(`GET ${path} is not found, in the words of the error table`, async (t) => {
    const reply = await testApi(t).inject({ url: path, headers: { 'x-request-id': 'my-id' } });

    assert.equal(reply.statusCode, 404);
    assert.equal(reply.headers['content-type'], 'application/json');
    assert.equal(reply.headers['cache-control'], 'no-store');
    assert.equal(reply.headers['x-request-id'], 'my-id');
    assert.deepEqual(JSON.parse(reply.body), {
      error: 'There is nothing at this path.',
      code: 'NOT_FOUND',
      requestId: 'my-id',
    });
  });
}

test('an id that we chose is the same in the header and in the body', async (t) => {
  const { headers, body } = await testApi(t).inject({ url: '/docs/missing' });

  assert.equal(JSON.parse(body).requestId, headers['x-request-id']);
});

for (const path of ['/docs', '/openapi.json']) {
  test(`POST ${path} is not allowed, and Allow says what is`, async (t) => {
    const { statusCode, headers, body } = await testApi(t).inject({ method: 'POST', url: path });

    assert.deepEqual([statusCode, headers.allow], [405, 'GET, HEAD']);
    assert.equal(JSON.parse(body).code, 'METHOD_NOT_ALLOWED');
  });
}

test('what holds for every answer holds here, too: a drain closes connections', async (t) => {
  const { headers } = await testApi(t, { isDraining: () => true }).inject({ url: '/docs' });

  assert.equal(headers.connection, 'close');
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('the document is JSON and nothing behind it', async (t) => {
  const { headers, body } = await testApi(t).inject({ url: '/openapi.json' });

  assert.equal(headers['content-type'], 'application/json');
  assert.equal(JSON.parse(body).info.version, '1.2.3');
});
