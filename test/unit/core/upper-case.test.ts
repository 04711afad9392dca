import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mayStayLowerCase, simpleUpperCase } from '../../../src/core/upper-case.ts';

const EXPANDING = [...everyCharacter()].filter((character) => [...character.toUpperCase()].length > 1);

test('every code point has the simple upper case that the rule gives it', () => {
  const wrong: string[] = [];

  for (const character of everyCharacter()) {
    if (simpleUpperCase(character) !== ruledUpperCase(character)) wrong.push(hex(character));
  }

  assert.deepEqual(wrong, []);
});

test('letters whose full upper case is longer stay one code point, also among others', () => {
  const wrong = EXPANDING.filter(
    (character) => simpleUpperCase(`a${character}b`) !== `A${ruledUpperCase(character)}B`,
  );

  assert.deepEqual(wrong.map(hex), []);
  assert.equal(EXPANDING.length, 102);
});

test('upper-casing distributes over joining', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom(...EXPANDING), character(), letter()) });

  fc.assert(
    fc.property(text, text, (one, other) => {
      assert.equal(simpleUpperCase(one + other), simpleUpperCase(one) + simpleUpperCase(other));
    }),
  );
});

test('an upper-cased text has as many code points and is its own upper case', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom(...EXPANDING), character()) });

  fc.assert(
    fc.property(text, (lower) => {
      const upper = simpleUpperCase(lower);

      assert.equal([...upper].length, [...lower].length);
      assert.equal(simpleUpperCase(upper), upper);
    }),
  );
});

test('the end of a word makes no difference to a sigma', () => {
  assert.equal(simpleUpperCase('ὀδυσσεύς ΣΑΣ'), 'ὈΔΥΣΣΕΎΣ ΣΑΣ');
});

test('only outside the well-known blocks may a letter stay lower case', () => {
  const inside = [0x61, 0x17f, 0x3ac, 0x3ce, 0x430, 0x45f, 0x561, 0x586];
  const outside = [0x180, 0x19b, 0x3ab, 0x3cf, 0x42f, 0x460, 0x560, 0x587, 0x10d70];

  assert.deepEqual(inside.filter(mayStayLowerCase), []);
  assert.deepEqual(outside.filter(mayStayLowerCase), outside);
});

/** Simple case mapping, as the design derives it from JavaScript's. */
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

/** Every code point that can stand in a well-formed text, as a character. */
function* everyCharacter(): Generator<string> {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    if (!isSurrogate) yield String.fromCodePoint(codePoint);
  }
}

function hex(character: string): string {
  return `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
}
