import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asItCame, type Line, linesOf } from '../../../src/cli/shout-input.ts';

test('lines are the same wherever the bytes are cut', async () => {
  const bytes = fc.array(fc.constantFrom(0x61, 0x0a, 0x0d, 0xc3, 0xa9, 0xff), { maxLength: 60 });
  const cuts = fc.array(fc.nat(60), { maxLength: 6 });

  await fc.assert(
    fc.asyncProperty(bytes, cuts, async (list, at) => {
      const whole = Buffer.from(list);

      const lines = await collected(pieces(whole, at));

      assert.deepEqual(lines, await collected([whole]));
    }),
  );
});

test('all lines as they came are the bytes that came, with a line break at the end', async () => {
  const bytes = fc.array(fc.constantFrom(0x61, 0x0a, 0x0d, 0xc3, 0xa9, 0xff), {
    minLength: 1,
    maxLength: 60,
  });

  await fc.assert(
    fc.asyncProperty(bytes, async (list) => {
      const whole = Buffer.from(list);

      const lines = await collected([whole]);

      const missing = whole.at(-1) === 0x0a ? '' : '\n';
      const kept = lines.map((line) => Buffer.from(asItCame(line) ?? ''));
      assert.deepEqual(Buffer.concat(kept), Buffer.concat([whole, Buffer.from(missing)]));
    }),
  );
});

test('only what ends a line is taken off', async () => {
  const lines = await collected([Buffer.from(' a\rb \u2028\r\n')]);

  assert.deepEqual(
    lines.map(({ text }) => text),
    [' a\rb \u2028'],
  );
});

test('a line that is too long fails without being kept, and the next one is read', async () => {
  const lines = await collected([Buffer.from('aaaa'), Buffer.from('aaaa'), Buffer.from('a\nb\n')], 8);

  assert.deepEqual(
    lines.map(({ text, bytes }) => [text, bytes]),
    [
      ['', 10],
      ['b', 2],
    ],
  );
  assert.match(lines[0]?.fault?.reason ?? '', /9 bytes/);
  assert.equal(lines[0] && asItCame(lines[0]), undefined);
});

function pieces(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
  return at.slice(1).map((end, i) => whole.subarray(at[i], end));
}

async function collected(chunks: Buffer[], maxLineBytes?: number): Promise<Line[]> {
  async function* source() {
    yield* chunks;
  }
  const lines: Line[] = [];
  for await (const some of linesOf(source(), maxLineBytes)) lines.push(...some);
  return lines;
}
