import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BulkResult } from '../../../src/client/index.ts';
import { settled } from '../../support/fake-clock.ts';
import { until } from '../../support/until.ts';
import {
  answered,
  bulkBy,
  failure,
  fakeService,
  halting,
  hanging,
  neverEnding,
  numbered,
  problem,
  saying,
  shouted,
  withoutPauses,
} from './fake-service.ts';

test('each text gets its result, in order, and a request has at most 2,000 texts', async () => {
  const service = fakeService();
  const texts = numbered(10_001);

  assert.deepEqual(await service.outcomes(texts), texts.map(shouted));

  assert.ok(service.requests.every(({ length }) => length <= 2000));
});

test('nothing is asked without a text, or before the first result is asked for', async () => {
  const service = fakeService();

  assert.deepEqual(await service.outcomes([]), []);
  service.bulk(['a'])[Symbol.asyncIterator]();
  await new Promise((resolve) => setTimeout(resolve));

  assert.equal(service.requests.length, 0);
});

test('a text is answered before the next one has arrived', async (t) => {
  const seen: BulkResult[] = [];
  async function* texts() {
    for (const text of ['a', 'b', 'c']) {
      yield text;
      await until(t, () => seen.at(-1)?.data === shouted(text));
    }
  }

  for await (const result of fakeService().bulk(texts())) seen.push(result);

  assert.deepEqual(seen, ['a', 'b', 'c'].map(answered));
});

test('texts that come together travel together, half of a surrogate pair as U+FFFD', async () => {
  const service = fakeService();

  await service.outcomes(['\udc00b', ...numbered(100)]);

  assert.deepEqual(service.requests, [['\ufffdb', ...numbered(100)]]);
});

test('a request has at most 256 KiB, unless a single text is longer', async () => {
  const service = fakeService();
  const texts = ['ä'.repeat(60_000), 'b'.repeat(100_000), 'c'.repeat(60_000), 'd'.repeat(300_000), 'e'];

  assert.deepEqual(await service.outcomes(texts), texts.map(shouted));

  const letters = service.requests.map((texts) => texts.map(([letter]) => letter).join(''));
  assert.deepEqual(letters, ['äb', 'c', 'd', 'e']);
});

for (const [what, length, most, requests] of [
  ['four requests of short texts, and the texts of the next one', 0, 10_001, 4],
  ['a MiB of long texts, and one more', 1_000_000, 4, 2],
] as const) {
  test(`texts are taken no faster than results, except for a window of ${what}`, async (t) => {
    let taken = 0;
    function* texts() {
      for (;;) yield `${taken++}`.padEnd(length);
    }
    const service = fakeService(...Array(5).fill(hanging));
    const results = service.bulk(texts())[Symbol.asyncIterator]();

    void results.next();
    await until(t, () => taken >= most);
    await settled();

    assert.deepEqual([taken, service.requests.length], [most, requests]);
    await results.return?.();
  });
}

test('a request that waits for room is sent when the results of an earlier one are taken', async (t) => {
  let taken = 0;
  function* texts() {
    for (const text of numbered(12_000)) {
      taken++;
      yield text;
    }
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  const service = fakeService(...Array(4).fill(halting(0, promise)));
  const results = service.outcomes(texts());

  await until(t, () => taken > 10_000);
  resolve();

  assert.deepEqual(await results, numbered(12_000).map(shouted));
});

test('a line with an error is the result of its text, and the others keep theirs and their source', async () => {
  const lines: Record<string, BulkResult> = {
    1: { error: 'a sentence', code: 'TOO_LARGE', detail: 'one more' },
    2: { data: '2', source: 'local' },
    3: { error: 'a sentence', code: 'UPSTREAM_WRONG' },
  };
  const service = fakeService(saying((text) => JSON.stringify(lines[text] ?? answered(text))));

  const results = await Array.fromAsync(service.bulk(['0', '1', '2', '3']));

  assert.deepEqual(results, [answered('0'), lines[1], lines[2], lines[3]]);
  assert.equal(service.requests.length, 1);
});

for (const code of ['OVERLOADED', 'UPSTREAM_UNREACHABLE', 'UPSTREAM_TIMEOUT']) {
  test(`a text with ${code} is sent again after a second, without those that have a result, and twice at most`, async (t) => {
    const pauses = withoutPauses(t);
    const failing = (...some: string[]) =>
      saying((text) => JSON.stringify(some.includes(text) ? { error: 'busy', code } : answered(text)));
    const service = fakeService(failing('1', '3', '4'), failing('1', '4'), failing('4'));

    const results = await service.outcomes(numbered(5));

    assert.deepEqual(results, numbered(5).map(shouted).with(4, code));
    assert.deepEqual(service.requests, [numbered(5), ['1', '3', '4'], ['1', '4']]);
    assert.deepEqual(pauses, [undefined, 1000, 1000]);
  });
}

const PASSING = { 429: 'RATE_LIMITED', 502: 'BAD_ANSWER', 503: 'OVERLOADED', 504: 'BAD_ANSWER' };
for (const [status, code] of Object.entries(PASSING)) {
  test(`a request that is refused with ${status} is sent again, as a whole`, async () => {
    const refuse = () => problem(Number(status), code, { 'retry-after': '0' });
    const service = fakeService(refuse, refuse);

    assert.deepEqual(await service.outcomes(numbered(5)), numbered(5).map(shouted));
    assert.deepEqual(service.requests, [numbered(5), numbered(5), numbered(5)]);
  });
}

test('a request that fails for good fails its own texts alone, and none is lost', async (t) => {
  withoutPauses(t);
  const service = fakeService();
  const fetch: typeof globalThis.fetch = (url, init) =>
    String(init?.body).includes('"2000"') ? Promise.reject(new TypeError('cut')) : service.fetch(url, init);

  const expected = numbered(6000).map((text, i) => (i >= 2000 && i < 4000 ? 'NETWORK' : shouted(text)));
  assert.deepEqual(await bulkBy(fetch).outcomes(numbered(6000)), expected);
});

test('a request that is too large for the service is sent in halves, and only a text too large alone fails', async () => {
  const service = fakeService();
  const fetch: typeof globalThis.fetch = async (url, init) =>
    String(init?.body).length > 100 ? problem(413, 'TOO_LARGE') : service.fetch(url, init);
  const texts = numbered(20).with(7, 'x'.repeat(200));

  const results = await bulkBy(fetch).outcomes(texts);

  assert.deepEqual(results, texts.map(shouted).with(7, 'TOO_LARGE'));
});

test('each request of a bulk has its own time, and fails alone', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const results = Array.fromAsync(fakeService(hanging).bulk(['one'], { timeoutMs: 1000 }));
  for (const ms of [0, 500, 500, 500, 1000]) {
    await settled();
    t.mock.timers.tick(ms);
  }

  assert.deepEqual(await results, [{ error: 'no answer within 1000 ms', code: 'TIMEOUT' }]);
});

test('an abort ends a bulk at once, even if no answer and no text comes', async (t) => {
  const controller = new AbortController();
  const service = fakeService(hanging);
  const results = service.bulk(neverEnding('a'), { signal: controller.signal })[Symbol.asyncIterator]();

  const next = results.next();
  await until(t, () => service.signals.length > 0);
  controller.abort('enough');

  const { code, cause } = await failure(next);
  assert.deepEqual([code, cause], ['ABORTED', 'enough']);
  assert.ok(service.signals.every((signal) => signal.aborted));
});

for (const [what, last, end] of [
  ['leaving the loop', 'text', () => true],
  ['an abort while the caller is busy with a result', 'text', (abort: () => void) => abort()],
  ['a value that is not a string', 3, () => {}],
] as const) {
  test(`${what} ends the requests and the texts`, async () => {
    const service = fakeService();
    const controller = new AbortController();
    let hasEnded = false;
    function* texts() {
      try {
        yield 'first';
        for (;;) yield last as string;
      } finally {
        hasEnded = true;
      }
    }

    try {
      for await (const _result of service.bulk(texts(), { signal: controller.signal })) {
        if (end(() => controller.abort())) break;
        await settled();
      }
    } catch {}

    assert.ok(hasEnded);
    assert.ok(service.signals.every((signal) => signal.aborted));
  });
}

test('a caller that leaves while it waits for a result gets none', async (t) => {
  const service = fakeService(hanging);
  const results = service.bulk(neverEnding('a'))[Symbol.asyncIterator]();

  const next = results.next();
  await until(t, () => service.signals.length > 0);
  await results.return?.();

  assert.deepEqual(await next, { done: true, value: undefined });
  assert.deepEqual(await results.next(), { done: true, value: undefined });
});

const thrown = new Error('the disk is gone');
for (const [what, value, error] of [
  ['an error of the texts', thrown, thrown],
  ['a value that is not a string', 3, { name: 'TypeError', message: 'a text must be a string, not number' }],
] as const) {
  test(`${what} comes after the results of the texts before`, async () => {
    async function* texts() {
      yield* numbered(3);
      if (value instanceof Error) throw value;
      yield value as unknown as string;
    }
    const seen: BulkResult[] = [];

    await assert.rejects(async () => {
      for await (const result of fakeService().bulk(texts())) seen.push(result);
    }, error);

    assert.deepEqual(seen, numbered(3).map(answered));
  });
}
