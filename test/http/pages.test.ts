import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { testApi } from '../support/api.ts';

// What Chromium, Firefox and Safari send for a page.
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

for (const [path, content] of [
  ['/', /^<!doctype html>/],
  ['/docs', /<title>tuohs: API reference<\/title>/],
  ['/docs/', /<meta name="viewport"/],
  ['/docs?x=1', /<title>tuohs: API reference<\/title>/],
] as const) {
  test(`a browser gets a page at ${path}, whose policy lets in its own origin alone`, async (t) => {
    const { statusCode, headers, body } = await open(t, path);

    assert.equal(statusCode, 200);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.match(body, content);
    const policy = String(headers['content-security-policy']).split('; ');
    assert.deepEqual([policy[0], policy.includes("frame-ancestors 'none'")], ["default-src 'none'", true]);
    assert.doesNotMatch(policy.join(), /unsafe|\*|https?:/);
  });
}

for (const path of ['/', '/docs']) {
  test(`all that the page at ${path} refers to is there`, async (t) => {
    const api = testApi(t);
    const addresses = await addressesIn(t, path);

    const replies = await Promise.all(addresses.map((url) => api.inject({ url })));

    assert.ok(addresses.length > 3);
    for (const { statusCode, headers } of replies) {
      assert.equal(statusCode, 200);
      if (path === '/') assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    }
  });
}

for (const accept of [null, '*/*', 'application/json', BROWSER]) {
  test(`with Accept ${accept} there is the JSON index or a page, and caches are told that Accept decides`, async (t) => {
    const { headers, body } = await open(t, '/', accept);

    assert.match(String(headers.vary), /^Accept\b/);
    if (accept === BROWSER) return;
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(JSON.parse(body).version, '1.2.3');
  });
}

test('a page of another version gets our assets, which nobody keeps', async (t) => {
  const api = testApi(t);
  const [address = ''] = await addressesIn(t, '/');

  const ours = await api.inject({ url: address });
  const other = await api.inject({ url: address.replace(/assets\/\w+/, 'assets/0123456789ab') });

  assert.equal(other.body, ours.body);
  assert.equal(other.headers['cache-control'], 'no-store');
});

test('the OpenAPI document is JSON and nothing behind it', async (t) => {
  const { headers, body } = await testApi(t).inject({ url: '/openapi.json' });

  assert.equal(headers['content-type'], 'application/json');
  assert.equal(JSON.parse(body).info.version, '1.2.3');
});

function open(t: TestContext, url: string, accept: string | null = BROWSER) {
  return testApi(t).inject({ url, headers: accept === null ? {} : { accept } });
}

async function addressesIn(t: TestContext, path: string): Promise<string[]> {
  const { body } = await open(t, path);
  const pattern = path === '/' ? /"(assets\/[^"]+)"/g : /(?:src|href)="([^"]+)"/g;
  return Array.from(body.matchAll(pattern), ([, address = '']) => `/${address.replace(/^\//, '')}`);
}
