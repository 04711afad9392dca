import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient, type TuohsClient } from '../../../src/client/index.ts';
import { endlessAnswer, failure, problem, recorded } from './fake-service.ts';

const baseUrl = 'http://tuohs.test';

test('a shout is a POST of the text as JSON, with the headers given', async () => {
  const { fetch, calls } = recorded(() => Response.json({ data: 'OLLEH' }));
  const client = createClient({
    baseUrl: 'http://tuohs.test/behind/a/path/',
    fetch,
    headers: { 'x-mine': '1' },
  });

  const answer = await client.shout('hello');

  assert.equal(answer, 'OLLEH');
  assert.equal(calls[0]?.url, 'http://tuohs.test/behind/a/path/v1');
  assert.equal(calls[0]?.init.method, 'POST');
  assert.equal(calls[0]?.init.body, '{"data":"hello"}');
  assert.deepEqual(calls[0]?.init.headers, {
    'x-mine': '1',
    'content-type': 'application/json',
    accept: 'application/json',
  });
});

test('half of a surrogate pair is sent as U+FFFD', async () => {
  const { fetch, calls } = recorded(() => Response.json({ data: '' }));

  await createClient({ baseUrl, fetch }).shout('a\ud83d');

  assert.equal(calls[0]?.init.body, '{"data":"a\ufffd"}');
});

test('a failure carries the code, detail, status, pause and request id of the service', async () => {
  const body = { error: 'a sentence', code: 'UPSTREAM_UNREACHABLE', requestId: 'request-1', detail: 'more' };
  const { fetch } = recorded(() => Response.json(body, { status: 503, headers: { 'retry-after': '7' } }));

  const error = await failure(createClient({ baseUrl, fetch, retries: 0 }).shout('a'));

  assert.equal(error.code, 'UPSTREAM_UNREACHABLE');
  assert.equal(error.message, 'a sentence');
  assert.equal(error.detail, 'more');
  assert.equal(error.status, 503);
  assert.equal(error.retryAfterMs, 7000);
  assert.equal(error.requestId, 'request-1');
});

test('a Retry-After that makes no sense counts as absent', async () => {
  const { fetch } = recorded(() => problem(503, 'OVERLOADED', { 'retry-after': 'soon' }));

  const error = await failure(createClient({ baseUrl, fetch, retries: 0 }).shout('a'));

  assert.equal(error.retryAfterMs, undefined);
});

test('a Retry-After may be a date', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2030, 0, 1) });
  const { fetch } = recorded(() =>
    problem(503, 'OVERLOADED', { 'retry-after': 'Tue, 01 Jan 2030 00:00:05 GMT' }),
  );

  const error = await failure(createClient({ baseUrl, fetch, retries: 0 }).shout('a'));

  assert.equal(error.retryAfterMs, 5000);
});

for (const [what, response] of [
  ['an error page', new Response('<h1>Not here</h1>', { status: 404 })],
  ['a page', new Response('<h1>Welcome</h1>')],
  ['another JSON', Response.json({ result: 'OLLEH' })],
  ['no object', Response.json(null)],
] as const) {
  test(`${what} instead of an answer is a BAD_ANSWER`, async () => {
    const { fetch } = recorded(() => response);

    const error = await failure(createClient({ baseUrl, fetch }).shout('a'));

    assert.equal(error.code, 'BAD_ANSWER');
    assert.equal(error.status, response.status);
  });
}

test('without a connection the code is NETWORK, and the message says why', async () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  const { fetch } = recorded(() => Promise.reject(new TypeError('fetch failed', { cause: refused })));

  const error = await failure(createClient({ baseUrl, fetch, retries: 0 }).shout('a'));

  assert.equal(error.code, 'NETWORK');
  assert.match(error.message, /ECONNREFUSED/);
});

test('a failure that passes is asked again once the service wants to be asked', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const responses = [problem(503, 'OVERLOADED', { 'retry-after': '3' }), Response.json({ data: 'A' })];
  const { fetch, calls } = recorded(() => responses.shift() ?? Response.error());

  const answer = createClient({ baseUrl, fetch }).shout('a');
  await turn();
  t.mock.timers.tick(2999);
  await turn();
  const before = calls.length;
  t.mock.timers.tick(1);

  assert.equal(await answer, 'A');
  assert.equal(before, 1);
  assert.equal(calls.length, 2);
});

test('after two more attempts the failure is the answer', async () => {
  const { fetch, calls } = recorded(() => problem(429, 'RATE_LIMITED', { 'retry-after': '0' }));

  const error = await failure(createClient({ baseUrl, fetch }).shout('a'));

  assert.equal(error.code, 'RATE_LIMITED');
  assert.equal(calls.length, 3);
});

test('a pause that is longer than accepted is not waited for', async () => {
  const { fetch, calls } = recorded(() => problem(429, 'RATE_LIMITED', { 'retry-after': '11' }));

  const error = await failure(createClient({ baseUrl, fetch, maxRetryAfterMs: 10_000 }).shout('a'));

  assert.equal(error.retryAfterMs, 11_000);
  assert.equal(calls.length, 1);
});

test('a failure that stays is not asked again', async () => {
  const { fetch, calls } = recorded(() => problem(400, 'BAD_INPUT'));

  await failure(createClient({ baseUrl, fetch }).shout('a'));

  assert.equal(calls.length, 1);
});

test('an abort ends the pause before the next attempt at once', async () => {
  const { fetch } = recorded(() => problem(503, 'OVERLOADED', { 'retry-after': '60' }));
  const controller = new AbortController();

  const answer = createClient({ baseUrl, fetch }).shout('a', { signal: controller.signal });
  await turn();
  controller.abort('enough');

  const error = await failure(answer);
  assert.equal(error.code, 'ABORTED');
  assert.equal(error.cause, 'enough');
});

test('nothing is sent where the signal has aborted before', async () => {
  const { fetch, calls } = recorded(() => Response.json({ data: 'A' }));

  const error = await failure(createClient({ baseUrl, fetch }).shout('a', { signal: AbortSignal.abort() }));

  assert.equal(error.code, 'ABORTED');
  assert.equal(calls.length, 0);
});

for (const wrong of ['', 'localhost:5000', 'ftp://tuohs.test', 'http://user:secret@tuohs.test']) {
  test(`there is no client for the address "${wrong}"`, () => {
    assert.throws(() => createClient({ baseUrl: wrong }), TypeError);
  });
}

test('a service is well when it says so', async () => {
  const { fetch, calls } = recorded(() => new Response('success'));

  await createClient({ baseUrl, fetch }).health();

  assert.equal(calls[0]?.url, 'http://tuohs.test/health');
});

test('another server is not well', async () => {
  const { fetch } = recorded(() => new Response('<h1>Welcome</h1>'));

  const error = await failure(createClient({ baseUrl, fetch }).health());

  assert.equal(error.code, 'BAD_ANSWER');
});

for (const [location, words] of [
  ['https://tuohs.test/v1', '301 to https://tuohs.test: use that address'],
  ['https://other.test/below/v1/', '301 to https://other.test/below: use that address'],
  ['/login?back=%2Fv1', '301 to http://tuohs.test/login: use that address'],
  ['http://[', 'a redirect: use that address'],
] as const) {
  test(`a redirect to ${location} is not followed, and the error says where to`, async () => {
    const { fetch, calls } = recorded(() => new Response('moved', { status: 301, headers: { location } }));

    const error = await failure(createClient({ baseUrl, fetch }).shout('a'));

    assert.equal(error.message, `http://tuohs.test/ answers ${words}`);
    assert.deepEqual([error.code, error.status], ['BAD_ANSWER', 301]);
    assert.deepEqual(
      calls.map(({ init }) => init.redirect),
      ['manual'],
    );
  });
}

test('a redirect that a browser hides is one, too', async () => {
  const hidden = Object.defineProperties(new Response(null), {
    type: { value: 'opaqueredirect' },
    status: { value: 0 },
    ok: { value: false },
  });
  const { fetch } = recorded(() => hidden);

  const error = await failure(createClient({ baseUrl, fetch }).health());

  assert.equal(error.message, 'http://tuohs.test/ answers a redirect: use that address');
});

test('a long address of a redirect is cut', async () => {
  const location = `https://tuohs.test/${'x'.repeat(10_000)}`;
  const { fetch } = recorded(() => new Response('moved', { status: 308, headers: { location } }));

  const error = await failure(createClient({ baseUrl, fetch }).shout('a'));

  assert.ok(error.message.length < 300);
});

for (const [what, status] of [
  ['an answer', 200],
  ['an error', 404],
] as const) {
  for (const [name, call] of [
    ['shout', (client: TuohsClient) => client.shout('a')],
    ['health', (client: TuohsClient) => client.health()],
  ] as const) {
    test(`${what} that does not end is not read for ever: ${name}`, async () => {
      const endless = endlessAnswer();
      const { fetch } = recorded(() => new Response(endless.body, { status }));

      const error = await failure(call(createClient({ baseUrl, fetch })));

      assert.deepEqual([error.code, error.status], ['BAD_ANSWER', status]);
      assert.match(error.message, /more than \d+ bytes/);
      assert.ok(endless.pieces() < 10, `${endless.pieces()} pieces were read`);
      assert.ok(endless.isLeft());
    });
  }
}

test('the answer to a long text may be long, however it is written', async () => {
  const text = 'ä'.repeat(200_000);
  const escaped = '\\u00c4'.repeat(200_000);
  const { fetch } = recorded(() => new Response(`{"data":"${escaped}"}`));

  const answer = await createClient({ baseUrl, fetch }).shout(text);

  assert.equal(answer, 'Ä'.repeat(200_000));
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
