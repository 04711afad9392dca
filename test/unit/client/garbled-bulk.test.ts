import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../support/until.ts';
import {
  endlessAnswer,
  fakeService,
  garbled,
  halting,
  numbered,
  reallyShouted,
  saying,
  shouted,
  withoutPauses,
} from './fake-service.ts';

type Lines = readonly string[];

/** Ways in which a proxy can garble the answer to twenty texts. */
const garblings: Readonly<Record<string, (lines: Lines) => string>> = {
  'without a line in the middle': (lines) => lines.toSpliced(7, 1).join(''),
  'with a line twice': (lines) => lines.toSpliced(7, 0, lines[7] ?? '').join(''),
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
    const service = fakeService(garbled(body));

    assert.deepEqual(await service.outcomes(numbered(20)), numbered(20).map(shouted));
    assert.deepEqual(service.requests, [numbered(20), numbered(20)]);
  });

  test(`an answer ${what} three times gives no text a result of another`, async (t) => {
    withoutPauses(t);
    const plain = numbered(20).map((text) => `letter ${text}`);
    const broken = garbled(body);
    const plainly = garbled(() => body(linesOf(plain)));

    const unknown = await fakeService(broken, broken, broken).outcomes(numbered(20));
    const known = await fakeService(plainly, plainly, plainly).outcomes(plain);

    assert.deepEqual(unknown, Array(20).fill('NETWORK'));
    for (const [i, found] of known.entries())
      assert.ok(['NETWORK', reallyShouted(plain[i] ?? '')].includes(found), found);
  });
}

test('a connection that breaks in the middle is asked for again, as a whole', async (t) => {
  withoutPauses(t);
  const broken = Promise.reject(new TypeError('terminated'));
  const service = fakeService(halting(3, broken));

  assert.deepEqual(await service.outcomes(numbered(10)), numbered(10).map(shouted));
  assert.deepEqual(service.requests, [numbered(10), numbered(10)]);
});

test('a result that came stays, even if the rest of its request fails', async (t) => {
  withoutPauses(t);
  const texts = ['e\u0301', 'hello', 'last'];
  const short = garbled(() => linesOf(texts).slice(0, 2).join(''));

  const results = await fakeService(short, short, short).outcomes(texts);

  assert.deepEqual(results, ['NETWORK', 'OLLEH', 'NETWORK']);
});

test('an answer of another server fails its texts, and is not asked for again', async () => {
  const service = fakeService(saying(() => '<h1>Welcome</h1>'));

  assert.deepEqual(await service.outcomes(['a', 'b']), ['BAD_ANSWER', 'BAD_ANSWER']);
  assert.equal(service.requests.length, 1);
});

test('a result that plainly belongs to its text is returned before the others have arrived', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const texts = ['hello', 'wörld', '日本', 'e\u0301', 'last'];
  const service = fakeService(halting(4, promise, reallyLine));
  const seen: (string | undefined)[] = [];

  const ended = (async () => {
    for await (const result of service.bulk(texts)) seen.push(result.data);
  })();
  await until(t, () => seen.length >= 3);
  const early = [...seen];
  resolve();
  await ended;

  assert.deepEqual(early, ['OLLEH', 'DLRÖW', '本日']);
  assert.deepEqual(seen, texts.map(reallyShouted));
});

for (const [what, texts, shifted] of [
  ['letters whose upper case is longer', ['ß', 'ss'], 'SS'],
  ['flags', ['🇺🇸🇩🇪', '🇸🇺🇪🇩'], '🇪🇩🇸🇺'],
  ['marks', ['e\u0301', '\u0301e'], '\u0301E'],
] as const) {
  test(`the answer of another text is not a result, even if it looks like one: ${what}`, async (t) => {
    withoutPauses(t);
    const shift = garbled(() => `${JSON.stringify({ data: shifted })}\n`);

    const [first] = await fakeService(shift, shift, shift).outcomes(texts);

    assert.equal(first, 'NETWORK');
  });
}

test('an answer that does not end is not read forever', async () => {
  const endless = endlessAnswer();
  const service = fakeService(() => new Response(endless.body));

  assert.deepEqual(await service.outcomes(['a', 'b']), ['BAD_ANSWER', 'BAD_ANSWER']);
  assert.ok(endless.pieces() < 10, `${endless.pieces()} pieces were read`);
  assert.ok(endless.isLeft());
});

/** The lines of the real service. */
function linesOf(texts: Lines): string[] {
  return texts.map((text) => `${reallyLine(text)}\n`);
}

function reallyLine(text: string): string {
  return JSON.stringify({ data: reallyShouted(text) });
}
