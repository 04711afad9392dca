import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BulkResult, TuohsClientError } from '../../../src/client/index.ts';
import { until } from '../../support/until.ts';
import { all, answered, bulk, neverEnding, numbered, withoutPauses } from './bulk-calls.ts';
import { fakeService, problem, shouted } from './fake-service.ts';

test('each text gets its result, in order', async () => {
  const texts = numbered(10_000);

  const results = await all(bulk(fakeService(), texts));

  assert.deepEqual(results, texts.map(answered));
});

test('nothing is asked for no text', async () => {
  const service = fakeService();

  const results = await all(bulk(service, []));

  assert.deepEqual(results, []);
  assert.equal(service.requests.length, 0);
});

test('nothing is asked before somebody wants a result', async () => {
  const service = fakeService();

  bulk(service, ['a'])[Symbol.asyncIterator]();
  await new Promise((resolve) => setTimeout(resolve));

  assert.equal(service.requests.length, 0);
});

test('a text is answered before the next one is there', async (t) => {
  const seen: BulkResult[] = [];
  async function* texts() {
    for (const text of ['a', 'b', 'c']) {
      yield text;
      await until(t, () => seen.at(-1)?.data === shouted(text));
    }
  }

  for await (const result of bulk(fakeService(), texts())) seen.push(result);

  assert.deepEqual(seen, ['a', 'b', 'c'].map(answered));
});

test('texts that come together travel together', async () => {
  const service = fakeService();

  await all(bulk(service, numbered(100)));

  assert.deepEqual(service.requests, [numbered(100)]);
});

test('a request has at most 2,000 texts', async () => {
  const service = fakeService();

  await all(bulk(service, numbered(20_000)));

  const lengths = service.requests.map(({ length }) => length);
  assert.ok(Math.max(...lengths) <= 2000, `${lengths}`);
});

test('a request has at most 256 KiB, but for a single text that is longer', async () => {
  const service = fakeService();
  const texts = ['ä'.repeat(60_000), 'b'.repeat(100_000), 'c'.repeat(60_000), 'd'.repeat(300_000), 'e'];

  const results = await all(bulk(service, texts));

  assert.deepEqual(results, texts.map(answered));
  assert.deepEqual(
    service.requests.map((texts) => texts.map(([letter]) => letter).join('')),
    ['äb', 'c', 'd', 'e'],
  );
});

test('texts are taken no faster than results, but for four requests and what goes into the next one', async (t) => {
  let taken = 0;
  function* texts() {
    for (;;) yield String(taken++);
  }
  const service = fakeService(...Array.from({ length: 5 }, () => ({ kind: 'hang' }) as const));
  const results = bulk(service, texts())[Symbol.asyncIterator]();

  void results.next();
  await until(t, () => taken > 10_000);

  assert.equal(taken, 10_001);
  assert.equal(service.requests.length, 4);
  await results.return?.();
});

test('a request that waits for room is sent when the results of an earlier one are taken', async (t) => {
  let taken = 0;
  function* texts() {
    for (const text of numbered(12_000)) {
      taken++;
      yield text;
    }
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  const halting = { kind: 'halting', after: 0, goOn: promise } as const;
  const results = all(bulk(fakeService(halting, halting, halting, halting), texts()));

  await until(t, () => taken > 10_000);
  resolve();

  assert.deepEqual(await results, numbered(12_000).map(answered));
});

test('long texts make the window smaller', async (t) => {
  let taken = 0;
  function* texts() {
    for (;;) yield `${taken++}`.padEnd(1_000_000);
  }
  const hang = { kind: 'hang' } as const;
  const service = fakeService(hang, hang, hang, hang);
  const results = bulk(service, texts())[Symbol.asyncIterator]();

  void results.next();
  await until(t, () => taken > 3);

  assert.equal(taken, 4);
  assert.equal(service.requests.length, 2);
  await results.return?.();
});

test('a line with an error is the result of its text, and the rest go on', async () => {
  const failure = { error: 'a sentence', code: 'TOO_LARGE', detail: 'one more' };
  const line = (text: string) => JSON.stringify(text === '1' ? failure : answered(text));

  const results = await all(bulk(fakeService({ kind: 'lines', line }), ['0', '1', '2']));

  assert.deepEqual(results, [answered('0'), failure, answered('2')]);
});

test('a result says when SHOUTCLOUD did not answer it', async () => {
  const line = (text: string) => JSON.stringify({ data: text, source: 'local' });

  const results = await all(bulk(fakeService({ kind: 'lines', line }), ['a']));

  assert.deepEqual(results, [{ data: 'a', source: 'local' }]);
});

test('texts that the service has no room for end as failed', async () => {
  const service = fakeService({ kind: 'lines', line: () => '{"error":"busy","code":"OVERLOADED"}' });

  const results = await all(bulk(service, ['a', 'b']));

  assert.deepEqual(
    results.map(({ code }) => code),
    ['OVERLOADED', 'OVERLOADED'],
  );
  assert.equal(service.requests.length, 1);
});

for (const [status, code] of [
  [429, 'RATE_LIMITED'],
  [502, 'BAD_ANSWER'],
  [503, 'OVERLOADED'],
  [504, 'BAD_ANSWER'],
] as const) {
  test(`a request that is refused with ${status} is sent again, as a whole`, async () => {
    const refuse = { kind: 'refuse', response: () => problem(status, code, { 'retry-after': '0' }) } as const;
    const service = fakeService(refuse, refuse);

    const results = await all(bulk(service, numbered(5)));

    assert.deepEqual(results, numbered(5).map(answered));
    assert.deepEqual(service.requests, [numbered(5), numbered(5), numbered(5)]);
  });
}

test('without a service every text fails, and none is lost', async (t) => {
  withoutPauses(t);
  const gone = Array.from({ length: 50 }, () => ({ kind: 'unreachable' }) as const);

  const results = await all(bulk(fakeService(...gone), numbered(5000)));

  assert.equal(results.length, 5000);
  assert.ok(results.every(({ code }) => code === 'NETWORK'));
});

test('a request that fails for good fails its own texts alone', async (t) => {
  withoutPauses(t);
  const service = fakeService();
  const fetch: typeof globalThis.fetch = (url, init) =>
    String(init?.body).includes('"2000"') ? Promise.reject(new TypeError('cut')) : service.fetch(url, init);

  const results = await all(bulk({ ...service, fetch }, numbered(6000)));

  assert.deepEqual(
    results.map(({ data, code }) => data ?? code),
    numbered(6000).map((text, i) => (i >= 2000 && i < 4000 ? 'NETWORK' : shouted(text))),
  );
});

test('a request that is too large for the service is sent in halves, and only a text too large alone fails', async () => {
  const service = fakeService();
  const fetch: typeof globalThis.fetch = async (url, init) =>
    String(init?.body).length > 100 ? problem(413, 'TOO_LARGE') : service.fetch(url, init);
  const texts = numbered(20).with(7, 'x'.repeat(200));

  const results = await all(bulk({ ...service, fetch }, texts));

  assert.deepEqual(
    results,
    texts.map((text, i) => (i === 7 ? { error: 'a sentence', code: 'TOO_LARGE' } : answered(text))),
  );
});

test('an abort ends it at once, though nobody answers and no text comes', async (t) => {
  const controller = new AbortController();
  const service = fakeService({ kind: 'hang' });
  const results = bulk(service, neverEnding('a'), controller.signal)[Symbol.asyncIterator]();

  const next = results.next();
  await until(t, () => service.signals.length > 0);
  controller.abort('enough');

  await assert.rejects(
    next,
    (error) => error instanceof TuohsClientError && error.code === 'ABORTED' && error.cause === 'enough',
  );
  assert.ok(service.signals.every((signal) => signal.aborted));
});

test('nothing is asked if the signal has aborted before', async () => {
  const service = fakeService();

  await assert.rejects(
    all(bulk(service, ['a'], AbortSignal.abort())),
    (error) => error instanceof TuohsClientError && error.code === 'ABORTED',
  );

  assert.equal(service.requests.length, 0);
});

test('leaving the loop ends the requests and the texts', async () => {
  const service = fakeService();
  let hasEnded = false;
  function* texts() {
    try {
      for (let i = 0; ; i++) yield String(i);
    } finally {
      hasEnded = true;
    }
  }

  for await (const _result of bulk(service, texts())) break;

  assert.ok(hasEnded);
  assert.ok(service.signals.every((signal) => signal.aborted));
});

test('a caller that leaves while it waits for a result gets none', async (t) => {
  const service = fakeService({ kind: 'hang' });
  const results = bulk(service, neverEnding('a'))[Symbol.asyncIterator]();

  const next = results.next();
  await until(t, () => service.signals.length > 0);
  await results.return?.();

  assert.deepEqual(await next, { done: true, value: undefined });
  assert.deepEqual(await results.next(), { done: true, value: undefined });
});

test('what the texts throw comes behind the results of those before', async () => {
  async function* texts() {
    yield* numbered(3);
    throw new Error('the disk is gone');
  }
  const seen: BulkResult[] = [];

  await assert.rejects(async () => {
    for await (const result of bulk(fakeService(), texts())) seen.push(result);
  }, /the disk is gone/);

  assert.deepEqual(seen, numbered(3).map(answered));
});

test('half of a surrogate pair is sent as U+FFFD', async () => {
  const service = fakeService();

  await all(bulk(service, ['\udc00b']));

  assert.deepEqual(service.requests, [['\ufffdb']]);
});

test('a bulk of one string instead of a list is refused', async () => {
  await assert.rejects(all(bulk(fakeService(), 'hello')), TypeError);
});
