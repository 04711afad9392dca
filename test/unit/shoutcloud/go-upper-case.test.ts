import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goUpperCase } from '../../../src/shoutcloud/go-behaviour.ts';

test('letters without a one-letter upper case stay', () => {
  assert.equal(goUpperCase('straße, ŉ, ﬁ, ᾀ, ı, ſ, ǆ'), 'STRAßE, ŉ, ﬁ, ᾈ, I, S, Ǆ');
});

test('a letter whose upper case is younger than Unicode 15 stays, its neighbours do not', () => {
  assert.equal(goUpperCase('a\u019Bb\u{10D70}\u{1E943}c'), 'A\u019BB\u{10D70}\u{1E921}C');
});

test('a long text costs no more than a moment', () => {
  const text = 'ab\u019B'.repeat(500_000);

  assert.equal(goUpperCase(text).length, text.length);
});
