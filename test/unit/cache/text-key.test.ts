import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textKey } from '../../../src/cache/text-key.ts';

test('a text that V8 hashes is its own key', () => {
  assert.equal(textKey('a'.repeat(16_383)), 'a'.repeat(16_383));
});

test('the key of a long text is short, and another one for each text', () => {
  const keys = ['a', 'b', '漢', 'ab'].map((end) => textKey('x'.repeat(16_383) + end));

  assert.equal(new Set(keys).size, 4);
  for (const key of keys) assert.ok(key.length < 50);
});

test('a short text cannot be the key of a long one', () => {
  const key = textKey('x'.repeat(20_000));

  assert.equal(key.isWellFormed(), false);
});
