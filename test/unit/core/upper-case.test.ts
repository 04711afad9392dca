import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { simpleUpperCase, verifiedUpperCase } from '../../../src/core/upper-case.ts';

const EXPANDING = [...everyCharacter()].filter((character) => [...character.toUpperCase()].length > 1);

test('every code point has the simple upper case that the rule gives it', () => {
  const wrong: string[] = [];

  for (const character of everyCharacter()) {
    if (simpleUpperCase(character) !== ruledUpperCase(character)) wrong.push(hex(character));
  }

  assert.deepEqual(wrong, []);
});

test('upper-casing distributes over joining', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom(...EXPANDING), character(), letter()) });

  fc.assert(
    fc.property(text, text, (one, other) => {
      assert.equal(simpleUpperCase(one + other), simpleUpperCase(one) + simpleUpperCase(other));
    }),
  );
});

test('the end of a word makes no difference to a sigma', () => {
  assert.equal(simpleUpperCase('ὀδυσσεύς ΣΑΣ'), 'ὈΔΥΣΣΕΎΣ ΣΑΣ');
});

const ACCEPTED = {
  'the empty text': ['', ''],
  'a letter beyond the BMP that is left as it is': ['a\u{10d70}', 'A\u{10d70}'],
  'a letter beyond the BMP that is upper-cased': ['a\u{10d70}', 'A\u{10d50}'],
  'some of several unknown letters left': ['\u019b\u019b', '\u019b\ua7dc'],
};
const REJECTED = {
  'another letter': ['hello', 'HELLX'],
  'a letter more': ['hello', 'HELLO!'],
  'a letter less': ['hello', 'HELL'],
  nothing: ['hello', ''],
  'something for nothing': ['', ' '],
  'another order': ['ab', 'BA'],
  'a full case mapping': ['straße', 'STRASSE'],
  'a composed letter for its parts': ['e\u0301', 'É'],
  'a well-known letter left as it is': ['жά', 'Жά'],
  'half a character': ['\u{10428}', '\ud801'],
  'the wrong half of a character': ['a\u{10428}', 'A\ud801\ud801'],
  'a character more for a letter that can stay': ['\u019b', '\u019b\u019b'],
};
for (const [what, [text = '', output = '']] of Object.entries({ ...ACCEPTED, ...REJECTED })) {
  const expected = what in ACCEPTED ? output : undefined;

  test(`verification ${expected === undefined ? 'turns down' : 'lets through'}: ${what}`, () => {
    assert.equal(verifiedUpperCase(text, output), expected);
  });
}

test('the simple upper case of any text is let through', () => {
  fc.assert(
    fc.property(text(), (any) => {
      assert.equal(verifiedUpperCase(any, simpleUpperCase(any)), simpleUpperCase(any));
    }),
  );
});

test('an answer that is let through does not keep the whole answer of its batch in memory', () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  const text = 'ƛ'.repeat(20);
  gc();
  const keptBefore = process.memoryUsage().heapUsed;

  const kept = Array.from({ length: 50 }, (_, i) => {
    const [, part = ''] = `${'Ω'.repeat(500_000)}${i}\n${text}`.split('\n');
    return verifiedUpperCase(text, part);
  });
  gc();

  assert.deepEqual(new Set(kept), new Set([text]));
  assert.ok(process.memoryUsage().heapUsed - keptBefore < 10_000_000);
});

test('a single other code point is refused, unless it can stay in lower case', () => {
  const place = fc.tuple(text(), fc.nat(), fc.oneof(anyCharacter(), fc.constant('same')));

  fc.assert(
    fc.property(place, ([any, at, replacement]) => {
      const characters = [...any];
      const upper = [...simpleUpperCase(any)];
      const index = at % characters.length;
      const own = characters[index] ?? '';
      const other = replacement === 'same' ? own : replacement;
      fc.pre(other !== upper[index]);

      const output = upper.with(index, other).join('');

      const isLet = other === own && canStay(own);
      assert.equal(verifiedUpperCase(any, output), isLet ? output : undefined);
    }),
    { numRuns: 5000 },
  );
});

/** Simple case mapping, derived from JavaScript's full mapping. */
function ruledUpperCase(character: string): string {
  const full = character.toUpperCase();
  if ([...full].length === 1) return full;
  const codePoint = character.codePointAt(0) ?? 0;
  const isSmallIota = [0x1f80, 0x1f90, 0x1fa0].some((first) => codePoint >= first && codePoint < first + 8);
  if (isSmallIota) return String.fromCodePoint(codePoint + 8);
  const others: Record<string, string> = { '\u1fb3': '\u1fbc', '\u1fc3': '\u1fcc', '\u1ff3': '\u1ffc' };
  return others[character] ?? character;
}

function character(): fc.Arbitrary<string> {
  return fc.string({ unit: 'binary', minLength: 1, maxLength: 1 });
}

function letter(): fc.Arbitrary<string> {
  return fc.constantFrom(...'abcßŉıſǆжʼnάΐ\u0345\u0301\u{10428}\u{1e943}');
}

/** Every code point of well-formed texts, as a character. */
function* everyCharacter(): Generator<string> {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    if (!isSurrogate) yield String.fromCodePoint(codePoint);
  }
}

function hex(character: string): string {
  return `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
}

function text(): fc.Arbitrary<string> {
  return fc.string({ unit: anyCharacter(), minLength: 1, maxLength: 20 });
}

function anyCharacter(): fc.Arbitrary<string> {
  const letters = fc.constantFrom(...'aeßéžſſάώжаџաֆ\u019b\u0180\u01c6ᾀⓐ\u{10428}\u{1e943}\u{10d70}漢😀');
  return fc.oneof(letters, character());
}

/** Whether an answer can leave this character unchanged, because SHOUTCLOUD can have an older Unicode version. */
function canStay(character: string): boolean {
  return !/^[\0-\u017f\u03ac-\u03ce\u0430-\u045f\u0561-\u0586]$/u.test(character);
}
