import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { InjectOptions } from 'light-my-request';
import { testApi } from '../support/api.ts';

const URL_OF_PANEL = '/playground/shoutcloud';
const HOST = 'localhost:5000';

test('without a SHOUTCLOUD server of its own the service has no such route', async (t) => {
  for (const method of ['GET', 'POST'] as const) {
    const { statusCode } = await testApi(t).inject({ method, url: URL_OF_PANEL });

    assert.equal(statusCode, 404);
  }
});

test('without one, neither the page nor its assets know the panel; with one, both do', async (t) => {
  const accept = 'text/html';
  const production = await testApi(t).inject({ url: '/', headers: { accept } });
  const broken = await start(t).api.inject({ url: '/', headers: { accept } });
  const [, folder = ''] = /"(assets\/\w+)\/start/.exec(production.body) ?? [];

  const script = await testApi(t).inject({ url: `/${folder}/break.ts` });

  assert.doesNotMatch(production.body, /break/i);
  assert.equal(script.statusCode, 404);
  assert.match(broken.body, /Break SHOUTCLOUD/);
});

test('the OpenAPI document does not name it', async (t) => {
  const { body } = await start(t).api.inject('/openapi.json');

  assert.doesNotMatch(body, /playground\//);
});

test('the page asks for what came after the last entry that it has', async (t) => {
  const { api, asked } = start(t);

  await api.inject(`${URL_OF_PANEL}?after=17`);
  await api.inject(`${URL_OF_PANEL}?after=x`);

  assert.deepEqual(asked, [17, 0]);
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
    assert.equal(headers['cache-control'], 'no-store');
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
  test(`${what} may not switch, whatever CORS_ORIGINS allows`, async (t) => {
    const { api, set } = start(t);

    const { statusCode, body } = await api.inject(switching(headers));

    assert.deepEqual([statusCode, JSON.parse(body).code, set], [400, 'BAD_INPUT', []]);
  });
}

for (const [payload, status] of [
  ...['', '{', 'null', '{"fault":"other"}', '{"fault":["gone"]}'].map((text) => [text, 400] as const),
  [' '.repeat(1025), 413],
] as const) {
  test(`${JSON.stringify(payload).slice(0, 30)} is no fault: ${status}`, async (t) => {
    const { statusCode } = await start(t).api.inject({ ...switching({}), payload });

    assert.equal(statusCode, status);
  });
}

function switching(headers: Readonly<Record<string, string>>): InjectOptions {
  return {
    method: 'POST',
    url: URL_OF_PANEL,
    headers: { host: HOST, 'content-type': 'application/json', ...headers },
    payload: '{"fault":"gone"}',
  };
}

function start(t: TestContext) {
  const asked: (number | undefined)[] = [];
  const set: string[] = [];
  const api = testApi(t, {
    options: { corsOrigins: ['*'] },
    breakable: {
      state(after) {
        if (after !== undefined) asked.push(after);
        return { fault: set.at(-1) };
      },
      set(fault) {
        if (fault === 'gone') set.push(fault);
        return fault === 'gone';
      },
    },
  });
  return { api, asked, set };
}
