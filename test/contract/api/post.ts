import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, askJson } from '../../support/ask.ts';
import type { Service } from '../api-contract.ts';
import { assertShout, assertStandardHeaders, CACHE_STATUS } from './assert-reply.ts';

const FORM = 'application/x-www-form-urlencoded';

const TEXTS: readonly (readonly [what: string, sent: string, shouted: string])[] = [
  ['a word', 'hello', 'OLLEH'],
  ['the empty string', '', ''],
  ['a single space', ' ', ' '],
  ['grapheme clusters', '👨‍👩‍👧e\u0301🇺🇸x', 'X🇺🇸E\u0301👨‍👩‍👧'],
  ['letters without a one-letter upper case', 'straße ﬁ ŉ', 'ŉ ﬁ EßARTS'],
  ['characters that JSON or HTML would escape', '<a href="x">&\\\'\u2028', '\u2028\'\\&>"X"=FERH A<'],
  ['control characters', 'a\0b\tc\r\nd', 'D\r\nC\tB\0A'],
  ['a long text', 'abc '.repeat(5000), ' CBA'.repeat(5000)],
];

const JSON_TYPES = [
  ...[
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=utf8',
  ],
  ...['application/json; version=1', 'APPLICATION/JSON', 'Application/Json; Charset=UTF-8'],
];

const FORM_TYPES = [`${FORM}; charset=UTF-8`, FORM.toUpperCase()];

const BODIES: readonly (readonly [what: string, json: string, data: string])[] = [
  ['unknown keys are ignored', '{"a":1,"data":"hello","b":{"data":1}}', 'OLLEH'],
  ['__proto__ is a key like any other', '{"__proto__":{"data":"no"},"data":"yes"}', 'SEY'],
  ['constructor is a key like any other', '{"constructor":{"prototype":1},"data":"yes"}', 'SEY'],
  ['the last of repeated keys counts', '{"data":"first","data":"last"}', 'TSAL'],
  ['white space around JSON does not matter', ' \r\n\t{ "data" : "hello" } \n', 'OLLEH'],
  ['escapes are characters', '{"\\u0064ata":"\\u0061\\u00e9\\ud83d\\ude00"}', '😀ÉA'],
  ['escaped lone surrogates do not fuse', '{"data":"\\udc00\\ud800"}', '\ufffd\ufffd'],
  ['a lone surrogate becomes U+FFFD', '{"data":"a\\ud800b"}', 'B\ufffdA'],
];

const FORMS: readonly (readonly [what: string, form: string, data: string])[] = [
  ['plus is a space', 'data=a+b', 'B A'],
  ['percent signs escape UTF-8', 'data=%61%C3%A9%2B%26', '&+ÉA'],
  ['raw UTF-8 is fine', 'data=é', 'É'],
  ['a percent sign that escapes nothing stays', 'data=100%', '%001'],
  ['the first of repeated fields counts', 'x=1&data=first&data=last', 'TSRIF'],
  ['a field without a value is empty', 'data=', ''],
  ['an equals sign in the value stays', 'data=a=b', 'B=A'],
  ['the name can be escaped', 'd%61ta=hello', 'OLLEH'],
  ['__proto__ is a field like any other', '__proto__=x&data=hello', 'OLLEH'],
];

/** POST a string. */
export function postContract(service: Service): void {
  for (const path of ['/', '/v1', '/v1/', '/v1?data=ignored']) {
    test(`POST ${path} answers JSON`, async () => {
      assertShout(await askJson(service(), { data: 'hello' }, path), 'OLLEH');
    });

    test(`POST ${path} answers a form`, async () => {
      assertShout(await post(service(), 'data=hello', FORM, path), 'OLLEH');
    });
  }

  for (const [what, sent, shouted] of TEXTS) {
    test(`${what} as JSON is reversed and shouted`, async () => {
      assertShout(await askJson(service(), { data: sent }), shouted);
    });

    test(`${what} in a form is reversed and shouted`, async () => {
      assertShout(await post(service(), `${new URLSearchParams({ data: sent })}`), shouted);
    });
  }

  for (const [what, json, data] of BODIES) {
    test(`in JSON, ${what}`, async () => assertShout(await askJson(service(), json), data));
  }

  for (const [what, form, data] of FORMS) {
    test(`in a form, ${what}`, async () => assertShout(await post(service(), form), data));
  }

  for (const type of [...JSON_TYPES, ...FORM_TYPES]) {
    test(`a body of the type ${type} is understood`, async () => {
      const body = /json/i.test(type) ? '{"data":"hello"}' : 'data=hello';

      assertShout(await post(service(), body, type), 'OLLEH');
    });
  }

  test('a chunked body is read whole', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = ['{"da', 'ta":"h', 'ello"}'];

    assertShout(await ask(service(), { method: 'POST', path: '/v1', headers, body }), 'OLLEH');
  });

  test('an answered string says where it came from, and one that was just answered is a hit', async () => {
    const reply = await askJson(service(), { data: 'asked twice' });
    const again = await askJson(service(), { data: 'asked twice' });

    assert.match(String(reply.headers['cache-status']), CACHE_STATUS);
    assertStandardHeaders(reply);
    assert.match(String(again.headers['cache-status']), /^tuohs; hit/);
  });
}

function post(url: string, body: string, type = FORM, path = '/v1') {
  return ask(url, { method: 'POST', path, headers: { 'content-type': type }, body });
}
