import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dataField, hasManyParts, mediaType, textOfJson } from '../../../src/http/request-text.ts';

test('a body can have the content coding `identity`', () => {
  assert.equal(mediaType({ 'content-type': 'text/plain', 'content-encoding': 'Identity' }), 'text/plain');
});

test('after text that is not JSON, errors record their stacks again', () => {
  assert.throws(() => textOfJson(Buffer.from('{')), { code: 'BAD_INPUT' });

  assert.ok(Error.stackTraceLimit > 0);
});

const FIELDS: Readonly<Record<string, string | null | undefined>> = {
  '': undefined,
  'data=a&data=b': 'a',
  data: '',
  'data=a+b%20c': 'a b c',
  'data=%2B%26%3D%25': '+&=%',
  'da+ta=a': undefined,
  'data1=a': undefined,
  'x;data=a': undefined,
  'data=%0g%zz%4': '%0g%zz%4',
  'data=\xc3\xa9': 'é',
  'data=\xc3%a9': 'é',
  'data=%FF': null,
  'data=\xff': null,
  'data=%ED%A0%80': null,
  'data=%FF&data=b': null,
  '%64%61%74%61=a': 'a',
  '%2564ata=a': undefined,
  '%FF=x&data=a': 'a',
  'data=%00': '\0',
};
for (const [form, value] of Object.entries(FIELDS)) {
  test(`the first data of ${JSON.stringify(form)} is ${JSON.stringify(value)}`, () => {
    assert.equal(dataField(form), value);
  });
}

test('fields are read as URLSearchParams reads them', () => {
  const encoded = fc.string({ unit: fc.constantFrom(...'&=+%41cdDATA;data '.split('')), maxLength: 40 });

  fc.assert(
    fc.property(encoded, (form) => {
      const read = new URLSearchParams(form.replace(/^\?/, '')).get('data') ?? undefined;

      // The web platform repairs bytes that are not UTF-8; we refuse them.
      if (!read?.includes('\ufffd')) assert.equal(dataField(form), read);
    }),
    { numRuns: 2000 },
  );
});

/** The lowest `count` with too many parts. The outer object, its key and its list count as parts, too. */
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
