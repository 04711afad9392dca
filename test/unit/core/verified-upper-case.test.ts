import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { simpleUpperCase, verifiedUpperCase } from '../../../src/core/upper-case.ts';

const ACCEPTED = {
  'the upper case': ['hello', 'HELLO'],
  'the empty text': ['', ''],
  'letters without a one-letter upper case': ['straße ﬁ', 'STRAßE ﬁ'],
  'a letter that an older Unicode does not know': ['a\u019bb', 'A\u019bB'],
  'the same letter upper-cased by a newer one': ['a\u019bb', 'A\ua7dcB'],
  'a Greek letter with iota left as it is': ['ᾀ', 'ᾀ'],
  'a letter beyond the BMP left as it is': ['a\u{10d70}', 'A\u{10d70}'],
  'a letter beyond the BMP upper-cased': ['a\u{10d70}', 'A\u{10d50}'],
  'some of several unknown letters left': ['\u019b\u019b', '\u019b\ua7dc'],
};
for (const [what, [text = '', output = '']] of Object.entries(ACCEPTED)) {
  test(`verification lets through: ${what}`, () => {
    assert.equal(verifiedUpperCase(text, output), output);
  });
}

const REJECTED = {
  'another letter': ['hello', 'HELLX'],
  'the text itself': ['hello', 'hello'],
  'one letter left lower case': ['hello', 'HELLo'],
  'a letter more': ['hello', 'HELLO!'],
  'a letter less': ['hello', 'HELL'],
  nothing: ['hello', ''],
  'something for nothing': ['', ' '],
  'another order': ['ab', 'BA'],
  'a full case mapping': ['straße', 'STRASSE'],
  'a lower case of upper case': ['HELLO', 'hello'],
  'U+FFFD for a letter': ['é', '\ufffd'],
  'a composed letter for its parts': ['e\u0301', 'É'],
  'a well-known letter left as it is': ['жά', 'Жά'],
  'half a character': ['\u{10428}', '\ud801'],
  'the wrong half of a character': ['a\u{10428}', 'A\ud801\ud801'],
  'a character more for a letter that may stay': ['\u019b', '\u019b\u019b'],
};
for (const [what, [text = '', output = '']] of Object.entries(REJECTED)) {
  test(`verification turns down: ${what}`, () => {
    assert.equal(verifiedUpperCase(text, output), undefined);
  });
}

test('the simple upper case of any text is let through', () => {
  fc.assert(
    fc.property(text(), (any) => {
      assert.equal(verifiedUpperCase(any, simpleUpperCase(any)), simpleUpperCase(any));
    }),
  );
});

test('a single other code point is turned down unless it is one that may stay', () => {
  const place = fc.tuple(text(), fc.nat(), fc.oneof(character(), fc.constant('same')));

  fc.assert(
    fc.property(place, ([any, at, replacement]) => {
      const characters = [...any];
      const upper = [...simpleUpperCase(any)];
      const index = at % characters.length;
      const own = characters[index] ?? '';
      const other = replacement === 'same' ? own : replacement;
      fc.pre(other !== upper[index]);

      const output = upper.with(index, other).join('');

      const isLet = other === own && mayStay(own);
      assert.equal(verifiedUpperCase(any, output), isLet ? output : undefined);
    }),
    { numRuns: 5000 },
  );
});

function text(): fc.Arbitrary<string> {
  return fc.string({ unit: character(), minLength: 1, maxLength: 20 });
}

function character(): fc.Arbitrary<string> {
  const letters = fc.constantFrom(...'aeßéžſſάώжџաֆ\u019b\u0180\u01c6ᾀⓐ\u{10428}\u{1e943}\u{10d70}漢😀');
  return fc.oneof(letters, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));
}

/** The tolerance as the design states it. */
function mayStay(character: string): boolean {
  return !/^[\0-\u017f\u03ac-\u03ce\u0430-\u045f\u0561-\u0586]$/u.test(character);
}
