import { test } from 'node:test';
import { ask, askJson } from '../../support/ask.ts';
import type { Service } from '../api-contract.ts';
import { assertProblem, assertStandardHeaders } from './assert-reply.ts';

const FORM = 'application/x-www-form-urlencoded';

const JSON_BODIES = {
  'malformed JSON': '{"data":"hello"',
  'an empty body': '',
  'JSON with something behind it': '{"data":"hello"}x',
  'JSON with single quotes': "{'data':'hello'}",
  'JSON with a trailing comma': '{"data":"hello",}',
  'a raw control character in a string': '{"data":"a\nb"}',
  'an array': '["hello"]',
  'an object in an array': '[{"data":"hello"}]',
  'a string': '"hello"',
  'a number': '42',
  null: 'null',
  'no data': '{}',
  'another key': '{"Data":"hello"}',
  'data only in __proto__': '{"__proto__":{"data":"hello"}}',
  'data a number': '{"data":5}',
  'data null': '{"data":null}',
  'data a boolean': '{"data":true}',
  'data an array': '{"data":["hello"]}',
  'data an object': '{"data":{"toString":"hello"}}',
  'data first a string, then a number': '{"data":"hello","data":5}',
  'ten thousand open brackets': '['.repeat(10_000),
};

const TYPES = [
  ...[undefined, '', 'multipart/form-data; boundary=x', 'application/jsonx', 'application/json+x', 'json'],
  ...['application/', 'application/json, text/plain', 'text/plain; charset=iso-8859-1'],
  ...['application/json; charset=iso-8859-1', 'application/json; charset=utf-16'],
  `${FORM}; charset=iso-8859-1`,
];

const FORM_BODIES = {
  'no data': 'other=hello',
  'an empty body': '',
  'another key': 'Data=hello',
  'an array in brackets': 'data[]=hello',
  'escaped bytes that are not UTF-8': 'data=%FF',
  'an escaped surrogate': 'data=%ED%A0%80',
};

const NOT_UTF8 = {
  'a stray byte': [0xff],
  'a sequence that is cut short': [0xe2, 0x82],
  'a surrogate': [0xed, 0xa0, 0x80],
  'an overlong slash': [0xc0, 0xaf],
};

/** Everything that is a client's mistake is the same 400. */
export function badInputContract(service: Service): void {
  for (const [what, body] of Object.entries(JSON_BODIES)) {
    test(`as JSON, ${what} is bad input`, async () => {
      assertBadInput(await askJson(service(), body));
    });
  }

  for (const type of TYPES) {
    test(`content type ${JSON.stringify(type)} is bad input`, async () => {
      const headers = type === undefined ? {} : { 'content-type': type };
      const body = type?.startsWith(FORM) ? 'data=hello' : '{"data":"hello"}';

      assertBadInput(await ask(service(), { method: 'POST', path: '/v1', headers, body }));
    });
  }

  for (const [what, body] of Object.entries(FORM_BODIES)) {
    test(`as a form, ${what} is bad input`, async () => {
      assertBadInput(await post(service(), FORM, body));
    });
  }

  for (const [what, bytes] of Object.entries(NOT_UTF8)) {
    for (const [type, before, after] of [
      ['application/json', '{"data":"', '"}'],
      [FORM, 'data=', ''],
    ] as const) {
      test(`${what} in ${type} is bad input`, async () => {
        const body = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);

        assertBadInput(await post(service(), type, body));
      });
    }
  }

  for (const path of ['/', '/v1/']) {
    test(`bad input at ${path} is the same`, async () => {
      assertBadInput(await askJson(service(), '{"data":5}', path));
    });
  }

  test('a POST without type and body is bad input', async () => {
    assertBadInput(await ask(service(), { method: 'POST', path: '/v1' }));
  });

  test('a compressed body is bad input', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const body = Buffer.from([0x1f, 0x8b, 8, 0, 0]);

    assertBadInput(await ask(service(), { method: 'POST', path: '/v1', headers, body }));
  });
}

function post(url: string, type: string, body: string | Buffer) {
  return ask(url, { method: 'POST', path: '/v1', headers: { 'content-type': type }, body });
}

function assertBadInput(reply: Awaited<ReturnType<typeof ask>>): void {
  assertProblem(reply, 400, 'BAD_INPUT');
  assertStandardHeaders(reply);
}
