import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient, type ServiceErrorCode, type TuohsClientError } from '../../../src/client/index.ts';
import { problems } from '../../../src/http/problem.ts';
import { settled } from '../../support/fake-clock.ts';
import { pick } from '../../support/pick.ts';
import { clientOf, endlessAnswer, failure, problem } from './fake-service.ts';

test('a shout is a POST of the text as JSON, well-formed, with the headers given', async () => {
  const { shout, calls } = clientOf(() => Response.json({ data: 'OLLEH' }), {
    headers: { 'X-Mine': '1', 'Content-Type': 'text/plain' },
  });

  const answer = await shout('hell\ud83d');

  const { method, body, headers } = calls[0]?.init ?? {};
  assert.deepEqual([answer, method, body], ['OLLEH', 'POST', '{"data":"hell\ufffd"}']);
  const type = 'application/json';
  assert.deepEqual(headers, { 'x-mine': '1', 'content-type': type, accept: type });
});

test('the details of a shout are its text and what headers say', async () => {
  const headers: Record<string, string> = { 'cache-status': 'tuohs; hit', 'x-request-id': 'request-1' };
  const known = clientOf(() => Response.json({ data: 'A' }, { headers }));

  const details = [await known.shoutWithDetails('a'), await clientOf().shoutWithDetails('a')];

  assert.deepEqual(details, [
    { text: 'A', cacheStatus: 'tuohs; hit', requestId: 'request-1' },
    { text: 'A', cacheStatus: undefined, requestId: undefined },
  ]);
});

for (const [baseUrl, asked] of [
  ['http://tuohs.test/behind/a/path/', 'http://tuohs.test/behind/a/path/v1'],
  ['http://tuohs.test/v1', 'http://tuohs.test/v1'],
  ['http://tuohs.test/v1/', 'http://tuohs.test/v1'],
  ['http://tuohs.test/behind/v1//', 'http://tuohs.test/behind/v1'],
  ['http://tuohs.test/behind/av1', 'http://tuohs.test/behind/av1/v1'],
] as const) {
  test(`the base ${baseUrl} asks ${asked}`, async () => {
    const { shout, calls } = clientOf(undefined, { baseUrl });

    await shout('a');

    assert.equal(calls[0]?.url, asked);
  });
}

for (const baseUrl of ['', 'localhost:5000', 'ftp://tuohs.test', 'http://user:secret@tuohs.test']) {
  test(`the address "${baseUrl}" is a TypeError`, () => {
    assert.throws(() => createClient({ baseUrl }), TypeError);
  });
}

const BODY = { error: 'a sentence', code: 'UPSTREAM_UNREACHABLE', requestId: 'request-1', detail: 'more' };
const REFUSED = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
const NO_ANSWER = { code: 'NETWORK', message: 'no answer from http://tuohs.test/ (ECONNREFUSED)' } as const;
const HIDDEN = Object.defineProperties(new Response(null), {
  type: { value: 'opaqueredirect' },
  status: { value: 0 },
  ok: { value: false },
});
const redirect = (location: string) => new Response('moved', { status: 301, headers: { location } });
const retryAfter = (header: string) => problem(503, 'OVERLOADED', { 'retry-after': header });
const movedTo = (words: string) => ({
  ...{ code: 'BAD_ANSWER', status: 301 },
  message: `http://tuohs.test/ answers 301 to ${words}: use that address`,
});

const SOMEWHERE = { message: 'http://tuohs.test/ answers a redirect: use that address' };

/** An answer, and some fields of the error that the client makes of it. */
const FAILURES: readonly [what: string, answer: Response | Error, expected: Partial<TuohsClientError>][] = [
  [
    'an error of the service',
    Response.json(BODY, { status: 503, headers: { 'retry-after': '7' } }),
    {
      ...{ message: 'a sentence', code: 'UPSTREAM_UNREACHABLE', status: 503 },
      ...{ detail: 'more', requestId: 'request-1', retryAfterMs: 7000 },
    },
  ],
  ['a Retry-After that is not a time', retryAfter('soon'), { retryAfterMs: undefined }],
  ['a Retry-After that is not a whole number', retryAfter('1.5'), { retryAfterMs: undefined }],
  ['a date as Retry-After', retryAfter('Tue, 01 Jan 2030 00:00:05 GMT'), { retryAfterMs: 5000 }],
  ['an error page', new Response('<h1>Not here</h1>', { status: 404 }), { code: 'BAD_ANSWER', status: 404 }],
  ['a page', new Response('<h1>Welcome</h1>'), { code: 'BAD_ANSWER', status: 200 }],
  ['another JSON', Response.json({ result: 'OLLEH' }), { code: 'BAD_ANSWER', status: 200 }],
  ['a null', Response.json(null), { code: 'BAD_ANSWER', status: 200 }],
  ['no connection', new TypeError('fetch failed', { cause: REFUSED }), NO_ANSWER],
  ['a redirect', redirect('https://tuohs.test/v1'), movedTo('https://tuohs.test')],
  ['a redirect to a path', redirect('/login?back=%2Fv1'), movedTo('http://tuohs.test/login')],
  ['a redirect to another host', redirect('https://a.test/below/v1/'), movedTo('https://a.test/below')],
  ['a long redirect', redirect(`/${'x'.repeat(10_000)}`), movedTo(`http://tuohs.test/${'x'.repeat(182)}`)],
  ['a redirect to nowhere', redirect('http://['), SOMEWHERE],
  ['a redirect that a browser hides', HIDDEN, SOMEWHERE],
];
for (const [what, answer, expected] of FAILURES) {
  test(`the error says what is known about ${what}`, async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2030, 0, 1) });
    const respond = () => (answer instanceof Response ? answer : Promise.reject(answer));
    const { shout, calls } = clientOf(respond, { retries: 0 });

    const error = await failure(shout('a'));

    for (const [key, value] of Object.entries(expected)) {
      assert.equal(error[key as keyof TuohsClientError], value, key);
    }
    assert.equal(calls[0]?.init.redirect, 'manual');
  });
}

test('after a temporary failure, the request is sent again when Retry-After is over', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const responses = [retryAfter('3'), Response.json({ data: 'A' })];
  const { shout, calls } = clientOf(() => responses.shift() ?? Response.error());

  const answer = shout('a');
  await settled();
  t.mock.timers.tick(2999);
  await settled();
  const before = calls.length;
  t.mock.timers.tick(1);

  assert.equal(await answer, 'A');
  assert.deepEqual([before, calls.length], [1, 2]);
});

for (const [what, response, calls] of [
  ['a request that keeps failing is sent three times', () => retryAfter('0'), 3],
  ['a pause that is longer than accepted fails at once', () => retryAfter('11'), 1],
  ['a request whose failure cannot pass is sent once', () => problem(400, 'BAD_INPUT'), 1],
] as const) {
  test(what, async () => {
    const client = clientOf(response, { maxRetryAfterMs: 10_000 });

    const { status } = await failure(client.shout('a'));

    assert.deepEqual([status, client.calls.length], [response().status, calls]);
  });
}

test('without a Retry-After the pause doubles, and each is drawn at random, from half of that to half more', async (t) => {
  const delays: unknown[] = [];
  t.mock.method(Math, 'random', () => 0.75);
  t.mock.method(globalThis, 'setTimeout', (run: () => void, ms: number) => {
    delays.push(ms);
    setImmediate(run);
  });

  await failure(clientOf(() => problem(408, 'REQUEST_TIMEOUT')).shout('a'));

  assert.deepEqual(delays, [250, 500]);
});

test('an abort ends the pause before the next attempt at once', async () => {
  const { shout } = clientOf(() => retryAfter('60'));
  const controller = new AbortController();

  const answer = shout('a', { signal: controller.signal });
  await settled();
  controller.abort('enough');

  const { code, cause } = await failure(answer);
  assert.deepEqual([code, cause], ['ABORTED', 'enough']);
});

test('nothing is sent if the signal of a shout or a bulk has aborted before', async () => {
  const { shout, bulk, calls } = clientOf();
  const left = { signal: AbortSignal.abort() };

  const failures = [shout('a', left), Array.fromAsync(bulk(['a'], left))].map(failure);

  assert.deepEqual(pick(await Promise.all(failures), 'code'), ['ABORTED', 'ABORTED']);
  assert.deepEqual(calls, []);
});

for (const [type, value] of Object.entries({ number: 5, undefined, null: null, object: { data: 'a' } })) {
  test(`${type} instead of a text or a list is a TypeError, and nothing is asked`, async () => {
    const client = clientOf();
    const wrong = value as unknown as string;
    const error = (what: string) => ({ name: 'TypeError', message: `${what}, not ${type}` });

    await assert.rejects(client.shout(wrong), error('a text must be a string'));
    await assert.rejects(Array.fromAsync(client.bulk([wrong])), error('a text must be a string'));
    await assert.rejects(Array.fromAsync(client.bulk(wrong)), error('texts must be a list of strings'));
    assert.deepEqual(client.calls, []);
  });
}

test('a bulk of one string instead of a list is refused', async () => {
  await assert.rejects(Array.fromAsync(clientOf().bulk('hello')), TypeError);
});

test('a call that takes longer than its time is a TIMEOUT, pauses included', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { shout, calls } = clientOf(() => retryAfter('3'), { timeoutMs: 1000 });

  const error = failure(shout('a'));
  await settled();
  t.mock.timers.tick(1000);

  const { code, message } = await error;
  assert.deepEqual([code, message, calls.length], ['TIMEOUT', 'no answer within 1000 ms', 1]);
});

test('a call that is answered in time leaves no timer behind', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();

  await clientOf(undefined, { timeoutMs: 3_600_000 }).shout('a');

  assert.equal(timers(), before);
});

test('an infinite time limit or pause does not become a millisecond', async (t) => {
  const delays: unknown[] = [];
  t.mock.method(globalThis, 'setTimeout', (run: () => void, ms: number) => {
    delays.push(ms);
    if (delays.length === 2) run();
  });
  const answers = [retryAfter('9999999'), Response.json({ data: 'A' })];
  const endless = { timeoutMs: Number.POSITIVE_INFINITY, maxRetryAfterMs: Number.POSITIVE_INFINITY };

  await clientOf(() => answers.shift() ?? Response.error(), endless).shout('a');

  assert.deepEqual(delays, [2 ** 31 - 1, 2 ** 31 - 1]);
});

test('a service is healthy if it says so, and another server is not', async () => {
  const { health, calls } = clientOf(() => new Response('success'));

  await health();

  assert.equal(calls[0]?.url, 'http://tuohs.test/health');
  const { code } = await failure(clientOf(() => new Response('<h1>Welcome</h1>')).health());
  assert.equal(code, 'BAD_ANSWER');
});

for (const status of [200, 404]) {
  for (const method of ['shout', 'health'] as const) {
    test(`${method}: an answer with status ${status} that does not end is not read to its end`, async () => {
      const endless = endlessAnswer();
      const client = clientOf(() => new Response(endless.body, { status }));

      const error = await failure(method === 'shout' ? client.shout('a') : client.health());

      assert.deepEqual([error.code, error.status], ['BAD_ANSWER', status]);
      assert.match(error.message, /more than \d+ bytes/);
      assert.ok(endless.pieces() < 10, `${endless.pieces()} pieces were read`);
      assert.ok(endless.isLeft());
    });
  }
}

test('the answer to a long text can be long, even with every character escaped', async () => {
  const escaped = '\\u00c4'.repeat(200_000);

  const answer = await clientOf(() => new Response(`{"data":"${escaped}"}`)).shout('ä'.repeat(200_000));

  assert.ok(answer === 'Ä'.repeat(200_000));
});

test('the client names each code of the service, and no other', async () => {
  // The compiler checks that both lists have the same codes.
  const named: Readonly<Record<ServiceErrorCode, { status: number }>> = problems;
  const codes: readonly ServiceErrorCode[] = Object.keys(problems) as (keyof typeof problems)[];

  const errors = codes.map((code) => {
    const answer = () => problem(named[code].status, code);
    return failure(clientOf(answer, { retries: 0 }).shout('a'));
  });

  assert.deepEqual(pick(await Promise.all(errors), 'code'), codes);
});
