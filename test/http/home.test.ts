import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { testApi } from '../support/api.ts';

// What Chromium, Firefox and Safari send for a page.
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

test('a browser gets the playground', async (t) => {
  const { statusCode, headers, body } = await testApi(t).inject(from(BROWSER));

  assert.equal(statusCode, 200);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.match(body, /^<!doctype html>/);
});

for (const accept of [undefined, '*/*', 'application/json']) {
  test(`with Accept ${accept} there is the JSON index`, async (t) => {
    const { headers, body } = await testApi(t).inject(from(accept));

    assert.equal(headers['content-type'], 'application/json');
    assert.equal(JSON.parse(body).version, '1.2.3');
  });
}

for (const accept of [BROWSER, 'application/json']) {
  test(`caches are told that Accept decides: ${accept}`, async (t) => {
    const { headers } = await testApi(t).inject(from(accept));

    assert.match(String(headers.vary), /^Accept\b/);
  });
}

test('the policy of the page lets in what its own origin serves, and no inline code', async (t) => {
  const { headers } = await testApi(t).inject(from(BROWSER));
  const policy = String(headers['content-security-policy']).split('; ');

  assert.equal(policy[0], "default-src 'none'");
  assert.ok(policy.includes("frame-ancestors 'none'"));
  assert.deepEqual([...new Set(policy.map((rule) => rule.split(' ').slice(1).join(' ')))].sort(), [
    "'none'",
    "'self'",
  ]);
});

test('all that the page refers to is there, to be kept for good', async (t) => {
  const api = testApi(t);
  const addresses = await addressesIn(t);

  const replies = await Promise.all(addresses.map((url) => api.inject({ url })));

  assert.ok(addresses.length > 3);
  for (const { statusCode, headers } of replies) {
    assert.equal(statusCode, 200);
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
  }
});

test('a page of another version gets our assets, which nobody keeps', async (t) => {
  const api = testApi(t);
  const [address = ''] = await addressesIn(t);

  const ours = await api.inject({ url: address });
  const other = await api.inject({ url: address.replace(/assets\/\w+/, 'assets/0123456789ab') });

  assert.equal(other.body, ours.body);
  assert.equal(other.headers['cache-control'], 'no-store');
});

for (const file of ['missing.js', 'tsconfig.json', '__proto__', '..%2Fpage.ts']) {
  test(`there is no asset ${file}`, async (t) => {
    const { statusCode, body } = await testApi(t).inject({ url: `/assets/0123456789ab/${file}` });

    assert.equal(statusCode, 404);
    assert.equal(JSON.parse(body).code, 'NOT_FOUND');
  });
}

function from(accept: string | undefined) {
  return { url: '/', headers: accept === undefined ? {} : { accept } };
}

async function addressesIn(t: TestContext): Promise<string[]> {
  const { body } = await testApi(t).inject(from(BROWSER));
  return Array.from(body.matchAll(/"(assets\/[^"]+)"/g), ([, address]) => `/${address}`);
}
