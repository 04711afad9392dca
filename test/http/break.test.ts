import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { InjectOptions } from 'light-my-request';
import { testApi } from '../support/api.ts';
import { pick } from '../support/pick.ts';

const URL_OF_PANEL = '/playground/shoutcloud';
const HOST = 'localhost:5000';

test('without a SHOUTCLOUD server of its own the service has no such route', async (t) => {
  const api = testApi(t);

  const replies = [await api.inject(URL_OF_PANEL), await api.inject(switching({}))];

  assert.deepEqual(pick(replies, 'statusCode'), [404, 404]);
});

test('the page and its assets have the panel only with a SHOUTCLOUD server of our own', async (t) => {
  const page = { url: '/', headers: { accept: 'text/html' } };
  const production = await testApi(t).inject(page);
  const broken = await start(t).api.inject(page);
  const [, folder = ''] = /"(assets\/\w+)\/start/.exec(production.body) ?? [];

  const script = await testApi(t).inject(`/${folder}/break.ts`);

  assert.doesNotMatch(production.body, /break/i);
  assert.equal(script.statusCode, 404);
  assert.match(broken.body, /Break SHOUTCLOUD/);
});

test('the OpenAPI document does not name the route', async (t) => {
  const { body } = await start(t).api.inject('/openapi.json');

  assert.doesNotMatch(body, /playground\//);
});

test('the page asks only for entries after its last one, at no cost to the quota', async (t) => {
  const { api, asked } = start(t);

  const { headers } = await api.inject(`${URL_OF_PANEL}?after=17`);
  await api.inject(`${URL_OF_PANEL}?after=x`);

  assert.deepEqual([asked, headers['ratelimit-limit']], [[17, 0], undefined]);
});

for (const [what, from] of [
  ['the page', {}],
  ['a page of this origin', { origin: `http://${HOST}` }],
  ['a page of this origin behind TLS and a proxy with another Host', { 'sec-fetch-site': 'same-origin' }],
] as const) {
  test(`${what} switches a fault, and gets the new state`, async (t) => {
    const { api, set } = start(t);

    const { statusCode, body, headers } = await api.inject(switching(from));

    assert.deepEqual([statusCode, JSON.parse(body), set], [200, { fault: 'gone' }, ['gone']]);
    assert.deepEqual([headers['cache-control'], headers['ratelimit-limit']], ['no-store', undefined]);
  });
}

for (const [what, headers] of [
  ['a page of another site', { origin: 'https://evil.example' }],
  ['a page of another port', { origin: 'http://localhost:5001' }],
  ['a sandboxed page', { origin: 'null' }],
  ['a page of another site, says the browser', { 'sec-fetch-site': 'cross-site', origin: `http://${HOST}` }],
  ['a page of the same site', { 'sec-fetch-site': 'same-site' }],
  ['a form', { 'content-type': 'text/plain' }],
  ['no content type', { 'content-type': '' }],
] as const) {
  test(`${what} cannot switch a fault, whatever CORS_ORIGINS allows`, (t) =>
    assertRefused(t, switching(headers), [400, 'BAD_INPUT']));
}

for (const payload of ['{'.padEnd(1024), 'null', '{"fault":"other"}', '{"fault":["gone"]}']) {
  test(`${payload.trim()} is not a fault`, (t) =>
    assertRefused(t, switching({}, payload), [400, 'BAD_INPUT']));
}

test('a body of more than 1024 bytes is too large', (t) =>
  assertRefused(t, switching({}, ' '.repeat(1025)), [413, 'TOO_LARGE']));

async function assertRefused(t: TestContext, request: InjectOptions, refusal: [number, string]) {
  const { api, set } = start(t);

  const { statusCode, body } = await api.inject(request);

  assert.deepEqual([statusCode, JSON.parse(body).code, set], [...refusal, []]);
}

function switching(more: Readonly<Record<string, string>>, payload = '{"fault":"gone"}'): InjectOptions {
  const headers = { host: HOST, 'content-type': 'application/json', ...more };
  return { method: 'POST', url: URL_OF_PANEL, headers, payload };
}

function start(t: TestContext) {
  const asked: (number | undefined)[] = [];
  const set: string[] = [];
  const api = testApi(t, {
    options: { corsOrigins: ['*'], rateLimitPerMinute: 100 },
    breakable: {
      state(after) {
        if (after !== undefined) asked.push(after);
        return { fault: set.at(-1) };
      },
      set(fault) {
        // Like the real `set`, this one treats `['gone']` as `gone`, so the route has to refuse lists.
        const isKnown = `${fault}` === 'gone';
        if (isKnown) set.push(fault);
        return isKnown;
      },
    },
  });
  return { api, asked, set };
}
