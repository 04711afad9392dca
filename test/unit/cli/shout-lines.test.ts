import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pick } from '../../support/pick.ts';
import { linesIn, ran } from './shout-surroundings.ts';

const MARK = '\uFEFF';
const bytes = fc.array(fc.constantFrom(0x61, 0x0a, 0x0d, 0xc3, 0xa9, 0xff), { minLength: 1, maxLength: 60 });

test('lines are the same wherever the bytes are cut', async () => {
  const cuts = fc.array(fc.nat(60), { maxLength: 6 });

  await fc.assert(
    fc.asyncProperty(bytes, cuts, async (list, at) => {
      const whole = Buffer.from(list);

      const lines = await linesIn(pieces(whole, at));

      assert.deepEqual(lines, await linesIn([whole]));
    }),
  );
});

test('the lines, joined with their line feeds, are exactly the bytes that came', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, async (list) => {
      const whole = Buffer.from(list);

      const lines = await linesIn([whole]);

      const missing = whole.at(-1) === 0x0a ? '' : '\n';
      const kept = lines.flatMap(({ raw }) => [raw ?? Buffer.of(), Buffer.from('\n')]);
      assert.deepEqual(Buffer.concat(kept), Buffer.concat([whole, Buffer.from(missing)]));
    }),
  );
});

for (const [what, texts, input] of [
  ['only the line break is removed', [' a\rb \u2028'], ' a\rb \u2028\r\n'],
  ['a byte order mark is not part of the first line', ['one'], `${MARK}one`],
  ['a second byte order mark is text', [`${MARK}one`, `${MARK}two`], `${MARK}${MARK}one\n${MARK}two\n`],
  ['a byte order mark alone is one empty line', [''], MARK],
  ['a text with a NUL is not taken for UTF-16', ['a\0bc'], 'a\0bc\n'],
] as const) {
  test(what, async () => {
    const lines = await linesIn([Buffer.from(input)]);

    assert.deepEqual(pick(lines, 'text'), texts);
  });
}

test('a byte order mark that is cut is found, and counts as read', async () => {
  const chunks = ['\xef', '\xbb', '\xbfone\n'].map((bytes) => Buffer.from(bytes, 'latin1'));

  const [line] = await linesIn(chunks);

  assert.deepEqual([line?.text, line?.bytes], ['one', 7]);
});

const UTF16: Readonly<Record<string, Buffer>> = {
  'with a mark': Buffer.from(`${MARK}one\ntwo\n`, 'utf16le'),
  'with a mark and no line break': Buffer.from(`${MARK}one`, 'utf16le'),
  'without a mark': Buffer.from('one\ntwo\n', 'utf16le'),
  'big-endian with a mark': Buffer.from(`${MARK}one\ntwo\n`, 'utf16le').swap16(),
  'big-endian without a mark': Buffer.from('one\ntwo\n', 'utf16le').swap16(),
};
for (const [how, input] of Object.entries(UTF16)) {
  test(`UTF-16 ${how} ends with 1 and one sentence, and nothing is sent`, async () => {
    const { exitCode, stdout, stderr } = await ran(['shout', '--url', 'http://127.0.0.1:1'], { input });

    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, /^tuohs: the input is UTF-16; convert it first: iconv .*\n$/);
  });
}

test('a line that is too long fails without being kept, and the next one is read', async () => {
  const [long, next] = await linesIn([Buffer.from('aaaa'), Buffer.from('aaaa'), Buffer.from('a\nb\n')], 8);

  assert.deepEqual([long?.text, long?.bytes, next?.text, next?.bytes], ['', 10, 'b', 2]);
  assert.match(long?.fault ?? '', /9 bytes/);
  assert.equal(long?.raw, undefined);
});

function pieces(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
  return at.slice(1).map((end, i) => whole.subarray(at[i], end));
}
