import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dataField } from '../../../src/http/form-field.ts';

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
