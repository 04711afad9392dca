import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inTurns, reverser, reverseShout } from '../../../src/core/reverse.ts';
import { leavableCall, testCall } from '../../support/call.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';

const reverse = reverser('grapheme');
const byCodePoint = reverser('codepoint');
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

// Blocks of characters that a fast path could treat as plain. It must not, because the edges have characters that join others.
const PLAIN_BLOCKS = '0-2ff 370-590 2010-20cf 3000-30ff 3400-3600 abf0-ac20 d780-d7ff ff01-ffa0';

const blocks = PLAIN_BLOCKS.split(' ').map((block) => {
  const [first = 0, last = 0] = block.split('-').map((end) => Number.parseInt(end, 16));
  return unitsFrom(first, last);
});
const marked = fc.oneof(
  ...[unitsFrom(0x2f0, 0x37f), unitsFrom(0x00, 0xff)],
  fc.constantFrom('\r', '\n', '\xad', 'e', '\u3042'),
);
for (const [what, text, numRuns] of [
  ['a text of one plain block', fc.oneof(...blocks.map((unit) => fc.string({ unit }))), 1000],
  ['a text of plain blocks', fc.string({ unit: fc.oneof(...blocks) }), 1000],
  ['a plain text with combining marks anywhere', fc.string({ unit: marked }), 5000],
  ['any text', fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), joiners()), 2000],
] as const) {
  test(`${what} is reversed as Intl.Segmenter sees it`, () => {
    fc.assert(
      fc.property(text, (any) => assert.equal(reverse(any), segmentedReverse(any))),
      { numRuns },
    );
  });
}

test('each character of the BMP is reversed correctly next to itself and next to plain ones', () => {
  const wrong: string[] = [];

  for (let unit = 0; unit < 0x10000; unit++) {
    const text = `a${String.fromCharCode(unit).repeat(2)}\u3042`;
    if (text.isWellFormed() && reverse(text) !== segmentedReverse(text)) wrong.push(unit.toString(16));
  }

  assert.deepEqual(wrong, []);
});

test('a long text is reversed in pieces that are never cut inside a cluster', async () => {
  const clusters = [
    ...['x', 'e\u0301', '👨‍👩‍👧', '🇺🇸', '\r\n', '\u0600a', '👍🏽', 'שָׁ'],
    `y${'\u0301'.repeat(9000)}`,
  ];
  const length = fc.integer({ min: 20_000, max: 40_000 });
  const text = fc.tuple(fc.array(fc.constantFrom(...clusters), { minLength: 1 }), length);

  await fc.assert(
    fc.asyncProperty(text, async ([some, least]) => {
      const joined = some.join('');
      const long = `${joined.repeat(Math.ceil(least / joined.length))}😀`;

      assert.ok(
        (await inTurns(reverse, () => Promise.resolve())(long, testCall())) === segmentedReverse(long),
      );
    }),
    { numRuns: 40 },
  );
});

test('a long text that the Segmenter has to look at takes a turn for each piece', async () => {
  const turns: unknown[] = [];
  const reverseInTurns = inTurns(reverse, async (bytes, _isGone, kind) => void turns.push([bytes, kind]));

  await reverseInTurns(`${'a'.repeat(100_000)}😀`, testCall());
  // Each piece is queued by the size of the whole text, so that a long text waits behind shorter ones.
  assert.deepEqual(turns, Array(13).fill([100_002, 'slow']));

  assert.equal(typeof reverseInTurns('a\u0301'.repeat(100_000), testCall()), 'string');
  assert.equal(typeof reverseInTurns('😀'.repeat(512), testCall()), 'string');
  assert.ok(reverseInTurns('😀'.repeat(513), testCall()) instanceof Promise);
});

test('a long text is not reversed further when its caller has left', async () => {
  const { call, leave } = leavableCall();
  const ofNoUse: (boolean | undefined)[] = [];
  const reverseInTurns = inTurns(reverse, async (_bytes, isGone) => {
    if (ofNoUse.length === 1) leave();
    ofNoUse.push(isGone?.());
  });

  await assert.rejects(async () => reverseInTurns('😀'.repeat(50_000), call), /left/);

  assert.deepEqual(ofNoUse, [false, true]);
});

test('a long text is reversed whole', () => {
  assert.ok(reverse('ab漢'.repeat(100_000)) === '漢ba'.repeat(100_000));
});

test('no text is ever reversed by UTF-16 unit', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', 'e\u0301', '漢', '😀', '𐀀', '🇺🇸') }),
  );

  fc.assert(
    fc.property(text, (any) => {
      assert.equal(byCodePoint(any), [...any].reverse().join(''));
    }),
    { numRuns: 1000 },
  );
});

for (const [what, text, sent] of [
  ['a text is reversed', 'abc', 'cba'],
  ['lone surrogates become U+FFFD before a text is reversed', '\udc00a\ud800', '\ufffda\ufffd'],
] as const) {
  test(`${what}; the caller gets what the upstream makes of it`, async () => {
    const shouter = fakeShouter();

    const shout = await reverseShout(shouter, byCodePoint)(text, testCall());

    assert.deepEqual([shouter.calls, shout.text], [[sent], sent.toUpperCase()]);
  });
}

for (const [text, calls] of [
  ['', []],
  ['abc', ['cba']],
] as const) {
  test(`the answer to "${text}" comes without a promise if it is known, and needs this many calls: ${calls.length}`, () => {
    const shouter = fakeShouter({ isSynchronous: true });

    const shout = reverseShout(shouter, reverse)(text, testCall());

    assert.equal(shout instanceof Promise ? undefined : shout.text, calls.join().toUpperCase());
    assert.deepEqual(shouter.calls, calls);
  });
}

function segmentedReverse(text: string): string {
  const clusters = Array.from(segmenter.segment(text), ({ segment }) => segment);
  return clusters.reverse().join('');
}

function unitsFrom(first: number, last: number): fc.Arbitrary<string> {
  const isWhole = (unit: string) => unit.isWellFormed();
  return fc
    .integer({ min: first, max: last })
    .map((unit) => String.fromCharCode(unit))
    .filter(isWhole);
}

/** Texts with many characters that join their neighbours. */
function joiners(): fc.Arbitrary<string> {
  const unit = fc.constantFrom(
    ...'a\r\n\u0301\u200d\ufe0f👨👩🇺🇸🏽\u1100\u1161\u11a8가각क\u094dष\u0600\u0e33\u3099か\uff9e\u20e3',
  );
  return fc.string({ unit });
}
