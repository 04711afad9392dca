import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BulkResult } from '../../../src/client/index.ts';
import { until } from '../../support/until.ts';
import { all, answered, bulk, numbered, withoutPauses } from './bulk-calls.ts';
import { endlessAnswer, fakeService, type Manner, reallyShouted } from './fake-service.ts';

type Lines = readonly string[];

/** What a proxy can make of the answer to twenty texts. */
const garblings: Readonly<Record<string, (lines: Lines) => string>> = {
  'without the first line': (lines) => lines.slice(1).join(''),
  'without a line in the middle': (lines) => lines.toSpliced(7, 1).join(''),
  'without the last line': (lines) => lines.slice(0, -1).join(''),
  'with a line twice': (lines) => lines.toSpliced(7, 0, lines[7] ?? '').join(''),
  'with the first line twice': (lines) => lines.toSpliced(0, 0, lines[0] ?? '').join(''),
  'that ends in a line': (lines) => lines.join('').slice(0, -4),
  'that ends before its last line feed': (lines) => lines.join('').slice(0, -1),
  'with the beginning of one line more': (lines) => `${lines.join('')}{"data`,
  'with halves of two lines glued together': (lines) =>
    lines.toSpliced(7, 2, `${lines[7]?.slice(0, 5)}${lines[8]?.slice(4)}`).join(''),
  'without a line, and another one twice': (lines) => lines.toSpliced(7, 1, '{"da\n').join(''),
  'without anything': () => '',
};

for (const [what, body] of Object.entries(garblings)) {
  test(`an answer ${what} is asked for again, as a whole`, async (t) => {
    withoutPauses(t);
    const service = fakeService({ kind: 'garbled', body });

    const results = await all(bulk(service, numbered(20)));

    assert.deepEqual(results, numbered(20).map(answered));
    assert.deepEqual(service.requests, [numbered(20), numbered(20)]);
  });

  test(`an answer ${what} three times fails its texts, and gives none a result of another`, async (t) => {
    withoutPauses(t);
    const garbled = { kind: 'garbled', body } as const;

    const results = await all(bulk(fakeService(garbled, garbled, garbled), numbered(20)));

    assert.deepEqual(
      results.map(({ code }) => code),
      numbered(20).map(() => 'NETWORK'),
    );
  });

  test(`an answer of plain letters ${what} three times gives none a result of another`, async (t) => {
    withoutPauses(t);
    const texts = numbered(20).map((text) => `letter ${text}`);
    const garbled: Manner = {
      kind: 'garbled',
      body: () => body(texts.map((text) => `${JSON.stringify({ data: reallyShouted(text) })}\n`)),
    };

    const results = await all(bulk(fakeService(garbled, garbled, garbled), texts));

    assert.equal(results.length, 20);
    for (const [i, { data, code }] of results.entries()) {
      assert.equal(data ?? code, data === undefined ? 'NETWORK' : reallyShouted(texts[i] ?? ''));
    }
  });
}

test('a connection that breaks in the middle is asked for again, as a whole', async (t) => {
  withoutPauses(t);
  const broken = Promise.reject(new TypeError('terminated'));
  const service = fakeService({ kind: 'halting', after: 3, goOn: broken });

  const results = await all(bulk(service, numbered(10)));

  assert.deepEqual(results, numbered(10).map(answered));
  assert.deepEqual(service.requests, [numbered(10), numbered(10)]);
});

test('a result that came stays, though the rest of its request fails for good', async (t) => {
  withoutPauses(t);
  const texts = ['e\u0301', 'hello', 'last'];
  const lines = texts.map((text) => `${JSON.stringify({ data: reallyShouted(text) })}\n`);
  const short: Manner = { kind: 'garbled', body: () => lines.slice(0, 2).join('') };

  const results = await all(bulk(fakeService(short, short, short), texts));

  assert.deepEqual(
    results.map(({ data, code }) => data ?? code),
    ['NETWORK', 'OLLEH', 'NETWORK'],
  );
});

test('an answer of another server fails its texts, and is not asked for again', async () => {
  const service = fakeService({ kind: 'lines', line: () => '<h1>Welcome</h1>' });

  const results = await all(bulk(service, ['a', 'b']));

  assert.deepEqual(
    results.map(({ code }) => code),
    ['BAD_ANSWER', 'BAD_ANSWER'],
  );
  assert.equal(service.requests.length, 1);
});

test('a result that plainly belongs to its text is there before the others are', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const texts = ['hello', 'wörld', '日本', 'e\u0301', 'last'];
  const service = fakeServiceOf(texts, { after: 4, goOn: promise });
  const seen: BulkResult[] = [];

  const ended = (async () => {
    for await (const result of bulk(service, texts)) seen.push(result);
  })();
  await until(t, () => seen.length >= 3);
  const early = seen.map(({ data }) => data);
  resolve();
  await ended;

  assert.deepEqual(early, ['OLLEH', 'DLRÖW', '本日']);
  assert.deepEqual(
    seen.map(({ data }) => data),
    texts.map(reallyShouted),
  );
});

for (const [what, texts, shifted] of [
  ['letters whose upper case is longer', ['ß', 'ss'], 'SS'],
  ['flags', ['🇺🇸🇩🇪', '🇸🇺🇪🇩'], '🇪🇩🇸🇺'],
  ['marks', ['e\u0301', '\u0301e'], '\u0301E'],
] as const) {
  test(`the answer of another text is no result, though it looks like one: ${what}`, async (t) => {
    withoutPauses(t);
    const shift: Manner = { kind: 'garbled', body: () => `${JSON.stringify({ data: shifted })}\n` };

    const [first] = await all(bulk(fakeService(shift, shift, shift), texts));

    assert.equal(first?.code, 'NETWORK');
  });
}

test('an answer that does not end is not read for ever', async () => {
  const endless = endlessAnswer();
  const service = fakeService({ kind: 'refuse', response: () => new Response(endless.body) });

  const results = await all(bulk(service, ['a', 'b']));

  assert.deepEqual(
    results.map(({ code }) => code),
    ['BAD_ANSWER', 'BAD_ANSWER'],
  );
  assert.ok(endless.pieces() < 10, `${endless.pieces()} pieces were read`);
  assert.ok(endless.isLeft());
});

/** A service that really shouts these texts, in one answer that halts. */
function fakeServiceOf(texts: readonly string[], halt: { after: number; goOn: Promise<void> }) {
  const lines = texts.map((text) => `${JSON.stringify({ data: reallyShouted(text) })}\n`);
  async function* answer() {
    const encoder = new TextEncoder();
    yield encoder.encode(lines.slice(0, halt.after).join(''));
    await halt.goOn;
    yield encoder.encode(lines.slice(halt.after).join(''));
  }
  return fakeService({ kind: 'refuse', response: () => new Response(ReadableStream.from(answer())) });
}
