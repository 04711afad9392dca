import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Line, linesOf } from '../../../src/cli/shout-input.ts';
import { ran } from './shout-surroundings.ts';

const MARK = '\uFEFF';

/** The bytes of each chunk as characters. */
const MARKED = [['\xef\xbb\xbfone\ntwo\n'], ['\xef\xbb\xbfone'], ['\xef', '\xbb', '\xbfone\n']];
for (const chunks of MARKED) {
  test(`a byte order mark is no part of the first line: ${JSON.stringify(chunks)}`, async () => {
    const lines = await collected(chunks.map((chunk) => Buffer.from(chunk, 'latin1')));

    assert.equal(lines[0]?.text, 'one');
  });
}

test('the byte order mark counts as read', async () => {
  const input = Buffer.from(`${MARK}one\ntwo\n`);

  const lines = await collected([input]);

  assert.equal(
    lines.reduce((sum, { bytes }) => sum + bytes, 0),
    input.length,
  );
});

test('a byte order mark further on is text', async () => {
  const lines = await collected([Buffer.from(`${MARK}${MARK}one\n`), Buffer.from(`${MARK}two\n`)]);

  assert.deepEqual(
    lines.map(({ text }) => text),
    [`${MARK}one`, `${MARK}two`],
  );
});

test('input that is nothing but a byte order mark has one empty line', async () => {
  const lines = await collected([Buffer.from(MARK)]);

  assert.deepEqual(
    lines.map(({ text }) => text),
    [''],
  );
});

const UTF16: Readonly<Record<string, Buffer>> = {
  'with a mark': Buffer.from(`${MARK}one\ntwo\n`, 'utf16le'),
  'with a mark and no line break': Buffer.from(`${MARK}one`, 'utf16le'),
  'without a mark': Buffer.from('one\ntwo\n', 'utf16le'),
  'big-endian with a mark': Buffer.from(`${MARK}one\ntwo\n`, 'utf16le').swap16(),
  'big-endian without a mark': Buffer.from('one\ntwo\n', 'utf16le').swap16(),
};
for (const [how, input] of Object.entries(UTF16)) {
  test(`UTF-16 ${how} is 1 and one sentence, and nothing is sent`, async () => {
    const { exitCode, stdout, stderr } = await ran(['shout', '--url', 'http://127.0.0.1:1'], { input });

    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, /^tuohs: the input is UTF-16; convert it first: iconv .*\n$/);
  });
}

test('a text with a NUL is no UTF-16', async () => {
  const lines = await collected([Buffer.from('a\0bc\n')]);

  assert.deepEqual(
    lines.map(({ text }) => text),
    ['a\0bc'],
  );
});

async function collected(chunks: readonly Buffer[]): Promise<Line[]> {
  async function* source() {
    yield* chunks;
  }
  const lines: Line[] = [];
  for await (const some of linesOf(source())) lines.push(...some);
  return lines;
}
