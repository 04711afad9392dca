import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasManyParts } from '../../../src/http/json-parts.ts';

/** JSON with this many of these, in addition to the one object and key around them. */
const MOST = 4998;
const ROWS: readonly [what: string, json: (count: number) => string, areParts: boolean][] = [
  ['objects', (count) => inList('{}', count), true],
  ['arrays', (count) => inList('[]', count), true],
  ['nested arrays', (count) => `{"list":${'['.repeat(count + 1)}${']'.repeat(count + 1)}}`, true],
  ['keys', (count) => `{"list":[${Array(count).fill('"":0').join(',')}]}`, true],
  ['numbers', (count) => inList('1', count), false],
  ['parts in a string', (count) => JSON.stringify({ list: '[{:'.repeat(count) }), false],
  ['parts after escaped quotes', (count) => JSON.stringify({ list: '\\"[{:'.repeat(count) }), false],
  ['parts in a string without an end', (count) => `{"list":"${'['.repeat(count + 1)}`, false],
];

for (const [what, json, areParts] of ROWS) {
  test(`${what} ${areParts ? 'count' : 'do not count'} as parts`, () => {
    assert.equal(hasManyParts(json(MOST - 1)), false);
    assert.equal(hasManyParts(json(MOST)), areParts);
  });
}

test('parts after a string that ends with a backslash count', () => {
  assert.equal(hasManyParts(`["\\\\",${'[],'.repeat(5000)}0]`), true);
});

function inList(item: string, count: number): string {
  return `{"list":[${Array(count).fill(item).join(',')}]}`;
}
