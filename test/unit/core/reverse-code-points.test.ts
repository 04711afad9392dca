import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { reverser } from '../../../src/core/reverse.ts';

const reverse = reverser('codepoint');

test('code points come in plain reverse order, whatever they belong to', () => {
  assert.equal(reverse('👨‍👩‍👧e\u0301🇺🇸x'), 'x🇸🇺\u0301e👧\u200d👩\u200d👨');
});

test('no text is ever reversed by UTF-16 unit', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀', '𐀀') }),
  );

  fc.assert(
    fc.property(text, (any) => {
      assert.equal(reverse(any), [...any].reverse().join(''));
    }),
    { numRuns: 1000 },
  );
});
