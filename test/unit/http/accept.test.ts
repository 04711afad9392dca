import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedEncoding, preferredType } from '../../../src/http/answer.ts';

const HTML = [
  'text/html',
  'TEXT/HTML',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'text/html, application/json;q=0.9',
  'application/json;q=0.5 , text/html ; q=0.6',
  'text/*',
];

const JSON_INDEX = [
  undefined,
  '',
  '*/*',
  'application/json',
  'application/json, text/html',
  'text/html;q=0.1, application/*',
  'text/html;q=0, */*;q=0.1',
  'image/png',
  ';;,,=',
];

for (const accept of HTML) {
  test(`"${accept}" prefers HTML`, () => {
    assert.equal(preferredType(accept, ['application/json', 'text/html']), 'text/html');
  });
}

for (const accept of JSON_INDEX) {
  test(`"${accept}" does not prefer HTML`, () => {
    assert.equal(preferredType(accept, ['application/json', 'text/html']), 'application/json');
  });
}

for (const [header, encoding] of [
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
] as const) {
  test(`Accept-Encoding "${header}" gets ${encoding ?? 'the file as it is'}`, () => {
    assert.equal(acceptedEncoding(header, ['br', 'gzip']), encoding);
  });
}
