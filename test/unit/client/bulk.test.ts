import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BulkResult, createClient, TuohsClientError } from '../../../src/client/index.ts';
import { type FakeService, fakeService, problem, shouted } from './fake-service.ts';

for (const [name, streamsBothWays] of [
  ['one long request', true],
  ['many short requests', false],
] as const) {
  test(`${name}: each text gets its result, in order`, async () => {
    const texts = numbered(10_000);

    const results = await all(bulk(fakeService(), texts));

    assert.deepEqual(results, texts.map(answered));
  });

  test(`${name}: nothing is asked for no text`, async () => {
    const service = fakeService();

    const results = await all(bulk(service, []));

    assert.deepEqual(results, []);
    assert.equal(service.requests.length, 0);
  });

  test(`${name}: a text is answered before the next one is there`, async () => {
    const seen: BulkResult[] = [];
    async function* texts() {
      for (const text of ['a', 'b', 'c']) {
        yield text;
        while (seen.at(-1)?.data !== shouted(text)) await turn();
      }
    }

    for await (const result of bulk(fakeService(), texts())) seen.push(result);

    assert.deepEqual(seen, ['a', 'b', 'c'].map(answered));
  });

  test(`${name}: texts are taken no faster than results, but for a window`, async () => {
    let taken = 0;
    function* texts() {
      for (;;) yield String(taken++);
    }
    const results = bulk(fakeService(), texts())[Symbol.asyncIterator]();

    for (let i = 0; i < 100; i++) await results.next();
    for (let i = 0; i < 100; i++) await turn();

    assert.ok(taken <= 2048 + 100, `${taken} texts were taken`);
    await results.return?.();
  });

  test(`${name}: long texts make the window smaller`, async () => {
    let taken = 0;
    function* texts() {
      for (;;) yield `${taken++}`.padEnd(100_000);
    }
    const results = bulk(fakeService({ kind: 'hang' }, { kind: 'hang' }), texts())[Symbol.asyncIterator]();

    void results.next();
    for (let i = 0; i < 100; i++) await turn();

    assert.ok(taken < 10, `${taken} texts were taken`);
    await results.return?.();
  });

  test(`${name}: a line with an error is the result of its text, and the rest go on`, async () => {
    const service = fakeService({ kind: 'lines', line: failingAt('1') });

    const results = await all(bulk(service, ['0', '1', '2']));

    assert.deepEqual(results, [
      answered('0'),
      { error: 'a sentence', code: 'UPSTREAM_TIMEOUT' },
      answered('2'),
    ]);
  });

  test(`${name}: what was not answered is asked again`, async () => {
    const service = fakeService({ kind: 'cut', after: 3 });

    const results = await all(bulk(service, numbered(10)));

    assert.deepEqual(results, numbered(10).map(answered));
    assert.deepEqual(service.requests, [numbered(3), numbered(10).slice(3)]);
  });

  test(`${name}: the last line of a service that shuts down is nobody's result`, async () => {
    const service = fakeService({ kind: 'goodbye', after: 3 });

    const results = await all(bulk(service, numbered(10)));

    assert.deepEqual(results, numbered(10).map(answered));
  });

  test(`${name}: texts that are refused for good as OVERLOADED end as failed`, async () => {
    const refuse = { kind: 'lines', line: () => '{"error":"busy","code":"OVERLOADED"}' } as const;

    const results = await all(bulk(fakeService(refuse, refuse, refuse, refuse), ['a', 'b']));

    assert.deepEqual(
      results.map(({ code }) => code),
      ['OVERLOADED', 'OVERLOADED'],
    );
  });

  test(`${name}: a service that is busy is asked again`, async () => {
    const busy = {
      kind: 'refuse',
      response: () => problem(503, 'OVERLOADED', { 'retry-after': '0' }),
    } as const;

    const results = await all(bulk(fakeService(busy, busy), numbered(5)));

    assert.deepEqual(results, numbered(5).map(answered));
  });

  test(`${name}: without a service every text fails, and none is lost`, async () => {
    const gone = Array.from({ length: 50 }, () => ({ kind: 'unreachable' }) as const);

    const results = await all(bulk(fakeService(...gone), numbered(5000)));

    assert.equal(results.length, 5000);
    assert.ok(results.every(({ code }) => code === 'NETWORK'));
  });

  test(`${name}: an answer of another server fails its texts`, async () => {
    const service = fakeService({ kind: 'lines', line: () => '<h1>Welcome</h1>' });

    const results = await all(bulk(service, ['a', 'b']));

    assert.deepEqual(
      results.map(({ code }) => code),
      ['BAD_ANSWER', 'BAD_ANSWER'],
    );
  });

  test(`${name}: more answers than texts are a BAD_ANSWER for nobody`, async () => {
    const service = fakeService({ kind: 'lines', line: (text) => `{"data":"${text}"}\n{"data":"more"}` });

    const results = await all(bulk(service, ['a']));

    assert.deepEqual(results, [{ data: 'a' }]);
  });

  test(`${name}: an abort ends it at once, though nobody answers and no text comes`, async () => {
    const controller = new AbortController();
    const service = fakeService({ kind: 'hang' });
    const results = bulk(service, neverEnding('a'), controller.signal)[Symbol.asyncIterator]();

    const next = results.next();
    while (service.signals.length === 0) await turn();
    controller.abort('enough');

    await assert.rejects(
      next,
      (error) => error instanceof TuohsClientError && error.code === 'ABORTED' && error.cause === 'enough',
    );
    assert.ok(service.signals.every((signal) => signal.aborted));
  });

  test(`${name}: leaving the loop ends the requests and the texts`, async () => {
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

  test(`${name}: what the texts throw comes behind the results of those before`, async () => {
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

  test(`${name}: half of a surrogate pair is sent as U+FFFD`, async () => {
    const service = fakeService();

    await all(bulk(service, ['\udc00b']));

    assert.deepEqual(service.requests, [['\ufffdb']]);
  });

  function bulk(
    { fetch }: FakeService,
    texts: Iterable<string> | AsyncIterable<string>,
    signal?: AbortSignal,
  ): AsyncIterable<BulkResult> {
    return createClient({ baseUrl: 'http://tuohs.test', fetch, streamsBothWays }).bulk(texts, { signal });
  }
}

test('a bulk of one string instead of a list is refused', async () => {
  const client = createClient({ baseUrl: 'http://tuohs.test', fetch: fakeService().fetch });

  await assert.rejects(all(client.bulk('hello')), TypeError);
});

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

function answered(text: string): BulkResult {
  return { data: shouted(text) };
}

function failingAt(failing: string): (text: string) => string {
  return (text) =>
    JSON.stringify(text === failing ? { error: 'a sentence', code: 'UPSTREAM_TIMEOUT' } : answered(text));
}

async function* neverEnding(text: string): AsyncGenerator<string, void, undefined> {
  yield text;
  await new Promise(() => {});
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
