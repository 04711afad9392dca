import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient, type ServiceErrorCode } from '../../../src/client/index.ts';
import { problems } from '../../../src/http/problem.ts';
import { all } from './bulk-calls.ts';
import { failure, fakeService, problem, recorded } from './fake-service.ts';

const baseUrl = 'http://tuohs.test';

test('the details of a shout are its text, where it came from and the id of its request', async () => {
  const headers = { 'cache-status': 'tuohs; hit', 'x-request-id': 'request-1' };
  const { fetch } = recorded(() => Response.json({ data: 'OLLEH' }, { headers }));

  const details = await createClient({ baseUrl, fetch }).shoutWithDetails('hello');

  assert.deepEqual(details, { text: 'OLLEH', cacheStatus: 'tuohs; hit', requestId: 'request-1' });
});

test('details that a proxy hides are undefined', async () => {
  const { fetch } = recorded(() => Response.json({ data: 'A' }));

  const details = await createClient({ baseUrl, fetch }).shoutWithDetails('a');

  assert.deepEqual(details, { text: 'A', cacheStatus: undefined, requestId: undefined });
});

for (const [given, asked] of [
  ['http://tuohs.test/v1', 'http://tuohs.test/v1'],
  ['http://tuohs.test/v1/', 'http://tuohs.test/v1'],
  ['http://tuohs.test/behind/v1//', 'http://tuohs.test/behind/v1'],
  ['http://tuohs.test/behind/av1', 'http://tuohs.test/behind/av1/v1'],
] as const) {
  test(`the base ${given} asks ${asked}`, async () => {
    const { fetch, calls } = recorded(() => Response.json({ data: 'A' }));

    await createClient({ baseUrl: given, fetch }).shout('a');

    assert.equal(calls[0]?.url, asked);
  });
}

for (const [value, name] of [
  [5, 'a number'],
  [undefined, 'undefined'],
  [null, 'null'],
  [{ data: 'a' }, 'an object'],
] as const) {
  test(`${name} instead of a text is a TypeError, and nothing is asked`, async () => {
    const { fetch, calls } = recorded(() => Response.json({ data: 'A' }));
    const client = createClient({ baseUrl, fetch });
    const error = { name: 'TypeError', message: `a text must be a string, not ${name}` };

    await assert.rejects(client.shout(value as unknown as string), error);
    await assert.rejects(all(client.bulk([value as unknown as string])), error);
    assert.deepEqual(calls, []);
  });
}

test('a bulk has the results of the texts before a value that is no string', async () => {
  const { fetch } = fakeService();
  const data: (string | undefined)[] = [];
  const texts = ['one', 'two', 3] as unknown as string[];

  await assert.rejects(
    async () => {
      for await (const result of createClient({ baseUrl, fetch }).bulk(texts)) data.push(result.data);
    },
    { name: 'TypeError', message: 'a text must be a string, not a number' },
  );

  assert.deepEqual(data, ['<one>', '<two>']);
});

test('a bulk of something that is no list is a TypeError', async () => {
  const { fetch } = fakeService();

  await assert.rejects(all(createClient({ baseUrl, fetch }).bulk(5 as unknown as string[])), {
    name: 'TypeError',
    message: 'texts must be a list of strings, not a number',
  });
});

test('a call that takes longer than its time is a TIMEOUT, pauses included', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { fetch, calls } = recorded(() => problem(503, 'OVERLOADED', { 'retry-after': '3' }));

  const error = failure(createClient({ baseUrl, fetch, timeoutMs: 1000 }).shout('a'));
  await new Promise((resolve) => setImmediate(resolve));
  t.mock.timers.tick(1000);

  const { code, message } = await error;
  assert.deepEqual([code, message], ['TIMEOUT', 'no answer within 1000 ms']);
  assert.equal(calls.length, 1);
});

test('each request of a bulk has its own time, and fails alone', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { fetch } = fakeService({ kind: 'hang' });
  const results = all(createClient({ baseUrl, fetch, timeoutMs: 1000 }).bulk(['one']));
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(500);
  }
  t.mock.timers.tick(1000);

  assert.deepEqual(await results, [{ error: 'no answer within 1000 ms', code: 'TIMEOUT' }]);
});

test('a call that is answered in time leaves no timer behind', async () => {
  const { fetch } = recorded(() => Response.json({ data: 'A' }));
  const before = timers();

  await createClient({ baseUrl, fetch, timeoutMs: 3_600_000 }).shout('a');

  assert.equal(timers(), before);
});

test('an endless time is one, not a millisecond', async (t) => {
  const delays: unknown[] = [];
  t.mock.method(globalThis, 'setTimeout', (_run: () => void, ms: number) => delays.push(ms));
  const { fetch } = recorded(() => Response.json({ data: 'A' }));

  await createClient({ baseUrl, fetch, timeoutMs: Number.POSITIVE_INFINITY }).shout('a');

  assert.deepEqual(delays, [2 ** 31 - 1]);
});

test('so is a pause that the caller does not limit', async (t) => {
  const delays: unknown[] = [];
  t.mock.method(globalThis, 'setTimeout', (run: () => void, ms: number) => {
    delays.push(ms);
    run();
  });
  const answers = [problem(503, 'OVERLOADED', { 'retry-after': '9999999' }), Response.json({ data: 'A' })];
  const { fetch } = recorded(() => answers.shift() ?? Response.error());

  await createClient({ baseUrl, fetch, maxRetryAfterMs: Number.POSITIVE_INFINITY }).shout('a');

  assert.deepEqual(delays, [2 ** 31 - 1]);
});

test('the client names each code of the service, and no other', () => {
  const named: Record<ServiceErrorCode, true> = {
    BAD_INPUT: true,
    NOT_FOUND: true,
    METHOD_NOT_ALLOWED: true,
    REQUEST_TIMEOUT: true,
    TOO_LARGE: true,
    HEADERS_TOO_LARGE: true,
    RATE_LIMITED: true,
    UPSTREAM_UNREACHABLE: true,
    UPSTREAM_TIMEOUT: true,
    UPSTREAM_UNREADABLE: true,
    UPSTREAM_WRONG: true,
    OVERLOADED: true,
    INTERNAL: true,
  };

  assert.deepEqual(Object.keys(named), Object.keys(problems));
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}
