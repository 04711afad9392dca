import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prefersHtml } from '../../../src/web/prefers-html.ts';

const HTML = [
  'text/html',
  'TEXT/HTML',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'text/html, application/json;q=0.9',
  'application/json;q=0.5 , text/html ; q=0.6',
  'text/*',
  'text/html;charset=utf-8',
];

const JSON_INDEX = [
  '',
  '*/*',
  'application/json',
  'application/json, text/html',
  'text/html;q=0.1, application/*',
  'text/html;q=0, */*;q=0.1',
  'text/html;q=nonsense',
  'image/png',
  ';;,,=',
];

for (const accept of HTML) {
  test(`"${accept}" prefers HTML`, () => {
    assert.equal(prefersHtml(accept), true);
  });
}

for (const accept of JSON_INDEX) {
  test(`"${accept}" does not prefer HTML`, () => {
    assert.equal(prefersHtml(accept), false);
  });
}

test('no Accept does not prefer HTML', () => {
  assert.equal(prefersHtml(undefined), false);
});
