import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedEncoding, preferredType } from '../../../src/http/message.ts';

const PREFERRED = {
  'text/html': [
    ...['text/html', 'TEXT/HTML', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
    ...['text/html, application/json;q=0.9', 'application/json;q=0.5 , text/html ; q=0.6', 'text/*'],
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
    ...['text/html; Charset=utf-8', 'text/html;charset="UTF-8";q=0.9, application/json;q=0.8'],
  ],
  'application/json': [
    ...[undefined, '', '*/*', 'application/json', 'application/json, text/html', ';;,,='],
    'application/json; charset=utf-8, text/html;q=0.9',
    ...['text/html;q=0.1, application/*', 'text/html;q=0, */*;q=0.1', 'image/png'],
    `${'a/b,'.repeat(250)}text/html`,
  ],
};
for (const [type, headers] of Object.entries(PREFERRED)) {
  for (const accept of headers) {
    test(`"${accept?.slice(0, 80)}" prefers ${type}`, () => {
      assert.equal(preferredType(accept, ['application/json', 'text/html']), type);
    });
  }
}

for (const [header, encoding] of [
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  [`${'a,'.repeat(500)}br`, undefined],
] as const) {
  test(`Accept-Encoding "${header?.slice(0, 80)}" gets ${encoding ?? 'the file as it is'}`, () => {
    assert.equal(acceptedEncoding(header, ['br', 'gzip']), encoding);
  });
}
