import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { TuohsError } from '../../src/core/errors.ts';
import { type ApiUnderTest, LARGEST_FILE, NO_ROOM, testApi } from '../support/api.ts';

// What Chromium, Firefox and Safari send for a page.
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

for (const [path, content] of [
  ['/', /^<!doctype html>/],
  ['/docs', /<title>tuohs: API reference<\/title>/],
  ['/docs/', /<meta name="viewport"/],
  ['/docs?x=1', /<title>tuohs: API reference<\/title>/],
] as const) {
  test(`a browser gets a page at ${path}, whose policy allows only its own origin`, async (t) => {
    const { statusCode, headers, body } = await open(t, path);

    assert.equal(statusCode, 200);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.match(body, content);
    const policy = String(headers['content-security-policy']).split('; ');
    assert.deepEqual([policy[0], policy.includes("frame-ancestors 'none'")], ["default-src 'none'", true]);
    assert.ok(policy.includes("style-src 'self'"));
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
  test(`with Accept ${accept} there is the JSON index or a page, and Vary has Accept`, async (t) => {
    const asked = accept === null ? {} : { accept };
    const { headers, body } = await testApi(t).inject({ url: '/', headers: asked });

    assert.match(String(headers.vary), /^Accept(,|$)/);
    if (accept === BROWSER) return;
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(JSON.parse(body).version, '1.2.3');
  });
}

test('a page of another version gets our assets, which are not cached', async (t) => {
  const api = testApi(t);
  const [address = ''] = await addressesIn(t, '/');

  const ours = await api.inject({ url: address });
  const other = await api.inject({ url: address.replace(/assets\/\w+/, 'assets/0123456789ab') });

  assert.equal(other.body, ours.body);
  assert.equal(other.headers['cache-control'], 'no-store');
});

test('each encoding of a page has an ETag of its own, and every answer has Vary and Cache-Control, a 304 included', async (t) => {
  const api = testApi(t);
  const replyTo = (headers: Record<string, string>) => api.inject({ url: '/docs', headers });

  const asked = [{}, { 'accept-encoding': 'br' }, { 'if-none-match': '*' }];
  const replies = await Promise.all(asked.map(replyTo));

  assert.deepEqual(
    replies.map(({ statusCode, headers }) => [statusCode, headers.vary, headers['cache-control']]),
    [200, 200, 304].map((status) => [status, 'Accept-Encoding', 'no-cache']),
  );
  const [plain, compressed] = replies;
  assert.notEqual(plain?.headers.etag, compressed?.headers.etag);
  assert.equal(compressed?.headers['content-encoding'], 'br');
  assert.deepEqual(brotliDecompressSync(compressed.rawPayload), plain?.rawPayload);
});

test('a large file waits for its turn', async (t) => {
  const turns: number[] = [];
  const nextTurn = async (bytes: number) => void turns.push(bytes);

  const { body } = await testApi(t, { nextTurn }).inject(LARGEST_FILE);

  assert.deepEqual(turns, [Buffer.byteLength(body)]);
});

test('the playground links the source of its build', async (t) => {
  const source = 'https://git.example/tuohs';

  assert.ok((await open(t, '/', { options: { source } })).body.includes(source));
});

test('the OpenAPI document is JSON with nothing after it', async (t) => {
  const { headers, body } = await testApi(t).inject({ url: '/openapi.json' });

  assert.equal(headers['content-type'], 'application/json');
  assert.equal(JSON.parse(body).info.version, '1.2.3');
});

const LIMITED: ApiUnderTest = {
  admission: {
    inFlight: () => 0,
    admit() {
      throw new TuohsError('RATE_LIMITED', 'as scripted', {
        detail: 'The quota is <5>.',
        retryAfterMs: 7000,
      });
    },
  },
};

for (const [what, parts, url, status] of [
  ['an unknown path', {}, '/nowhere', 404],
  ['a file of the reference that there is not', {}, '/docs/nowhere', 404],
  ['the playground under overload', NO_ROOM, '/', 503],
  ['the reference under overload', NO_ROOM, '/docs', 503],
  ['the playground over a quota', LIMITED, '/?a=b', 429],
  ['the reference over a quota', LIMITED, '/docs/', 429],
] as const) {
  test(`a browser that opens ${what} gets a page with ${status}, and with HEAD its headers`, async (t) => {
    const { statusCode, headers, body } = await open(t, url, parts);
    const head = await open(t, url, parts, 'HEAD');

    assert.deepEqual([statusCode, head.statusCode, head.body], [status, status, '']);
    assert.equal(head.headers['content-type'], headers['content-type']);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers.vary, 'Accept');
    assert.equal(headers['retry-after'] !== undefined, status !== 404);
    assert.match(body, new RegExp(`<h1>${status}</h1>`));
    assert.ok(body.includes(`Request ${headers['x-request-id']}`));
  });
}

test('the page of an error says when to try again and what the limit is, with nothing that could be markup', async (t) => {
  const { body } = await open(t, '/', LIMITED);

  assert.match(body, /Try again in 7 seconds/);
  assert.match(body, /The quota is &#60;5&#62;\./);
});

test('the page of an error loads nothing and runs nothing, and its policy allows only its style', async (t) => {
  const { headers, body } = await open(t, '/nowhere');
  const [, style = ''] = /<style>(.*)<\/style>/s.exec(body) ?? [];

  const policy = String(headers['content-security-policy']).split('; ');

  const own = `style-src 'sha256-${hash('sha256', style, 'base64')}'`;
  assert.deepEqual(policy.slice(0, 2), ["default-src 'none'", own]);
  assert.doesNotMatch(body, /<script|<link|<img|style=/);
});

for (const [path, root] of [
  ['/nowhere', './'],
  ['/a/b/c?d=/e/f', '../../'],
  ['/docs/nowhere', '../'],
] as const) {
  test(`the links of the page of an error lead from ${path} to the start, below whatever path a proxy serves it`, async (t) => {
    const { body } = await open(t, path);

    const links = Array.from(body.matchAll(/href="([^"]*)"/g), ([, link]) => link);
    assert.deepEqual(links, [root, `${root}docs`]);
  });
}

for (const [what, url, request] of [
  ['a program that asks for an unknown path', '/nowhere', { headers: { accept: '*/*' } }],
  ['a program without Accept', '/', {}],
  ['a text that is refused', '/v1?data=a', { headers: { accept: BROWSER } }],
  ['a form that is sent', '/', { method: 'POST', headers: { accept: BROWSER } }],
] as const) {
  test(`${what} gets the problem as JSON`, async (t) => {
    const { headers, body } = await testApi(t, NO_ROOM).inject({ url, ...request });

    assert.equal(headers['content-type'], 'application/json');
    assert.equal(JSON.parse(body).code, 'OVERLOADED');
  });
}

function open(t: TestContext, url: string, parts: ApiUnderTest = {}, method: 'GET' | 'HEAD' = 'GET') {
  return testApi(t, parts).inject({ method, url, headers: { accept: BROWSER } });
}

async function addressesIn(t: TestContext, path: string): Promise<string[]> {
  const { body } = await open(t, path);
  const pattern = path === '/' ? /"(assets\/[^"]+)"/g : /(?:src|href)="([^"]+)"/g;
  return Array.from(body.matchAll(pattern), ([, address = '']) => `/${address.replace(/^\//, '')}`);
}
