import type { Question } from '../../support/ask.ts';

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

function post(body: Question['body'] = '', type = JSON_TYPE, path = '/v1'): Question {
  return { method: 'POST', path, headers: { 'content-type': type }, body };
}

function jsonOf(data: string): Question {
  return post(JSON.stringify({ data }));
}

/** A question whose text, a JSON string, has these bytes. */
function bytes(...some: number[]): Question {
  return post(Buffer.concat([Buffer.from('{"data":"'), Buffer.from(some), Buffer.from('"}')]));
}

function each<T extends string>(values: readonly T[], question: (value: T) => Question, data: string) {
  return Object.fromEntries(values.map((value) => [value, [question(value), data] as const]));
}

/** Requests that succeed, each with its answer. The key says what the request shows. */
export const SHOUTS: Readonly<Record<string, readonly [question: Question, data: string]>> = {
  'the empty string': [jsonOf(''), ''],
  'a single space': [jsonOf(' '), ' '],
  'grapheme clusters': [jsonOf('👨‍👩‍👧e\u0301🇺🇸x'), 'X🇺🇸E\u0301👨‍👩‍👧'],
  'letters without a one-letter upper case': [jsonOf('straße ﬁ ŉ'), 'ŉ ﬁ EßARTS'],
  'characters that JSON or HTML would escape': [jsonOf('<a href="x">&\\\'\u2028'), '\u2028\'\\&>"X"=FERH A<'],
  'control characters': [jsonOf('a\0b\tc\r\nd'), 'D\r\nC\tB\0A'],
  'a long text': [jsonOf('abc '.repeat(5000)), ' CBA'.repeat(5000)],
  'unknown keys besides data': [post('{"a":1,"data":"hello","b":{"data":1}}'), 'OLLEH'],
  '__proto__ as a key like any other': [post('{"__proto__":{"data":"no"},"data":"yes"}'), 'SEY'],
  'constructor as a key like any other': [post('{"constructor":{"prototype":1},"data":"yes"}'), 'SEY'],
  'the last of repeated keys': [post('{"data":"first","data":"last"}'), 'TSAL'],
  'white space around JSON': [post(' \r\n\t{ "data" : "hello" } \n'), 'OLLEH'],
  'escapes in JSON': [post('{"\\u0064ata":"\\u0061\\u00e9\\ud83d\\ude00"}'), '😀ÉA'],
  'escaped lone surrogates, which do not fuse': [post('{"data":"\\udc00\\ud800"}'), '\ufffd\ufffd'],
  'chunks of a body': [post(['{"da', 'ta":"h', 'ello"}']), 'OLLEH'],
  'a form': [post('x=1&data=a+%C3%A9é&data=last', FORM), 'ÉÉ A'],
  'a form field without a value': [post('data=', FORM), ''],
  'a plain text': [post('a b\n&é', 'text/plain'), 'É&\nB A'],
  'a plain text behind a byte order mark': [post('\ufeffhello', 'Text/Plain; charset=UTF-8'), 'OLLEH'],
  'JSON behind a byte order mark': [post('\ufeff{"data":"hello"}'), 'OLLEH'],
  'a GET with plus and percent signs': [{ path: '/v1?__proto__=1&data=a+%C3%A9&data=last' }, 'É A'],
  'a GET with 8 KiB of headers': [{ path: '/v1?data=hello', headers: { x: 'x'.repeat(8192) } }, 'OLLEH'],
  ...each(['/', '/v1/', '/v1?data=ignored'], (path) => post('{"data":"hello"}', JSON_TYPE, path), 'OLLEH'),
  ...each(
    [
      ...['application/json; charset=utf-8', 'application/json;charset="UTF-8"'],
      ...['application/json; charset=utf8', 'application/json; version=1', 'Application/Json; Charset=UTF-8'],
    ],
    (type) => post('{"data":"hello"}', type),
    'OLLEH',
  ),
  ...each([`${FORM}; charset=UTF-8`, FORM.toUpperCase()], (type) => post('data=hello', type), 'OLLEH'),
};

const BAD_JSON = {
  'malformed JSON': '{"data":"hello"',
  'an empty body': '',
  'JSON with something behind it': '{"data":"hello"}x',
  'JSON with single quotes': "{'data':'hello'}",
  'JSON with a trailing comma': '{"data":"hello",}',
  'a raw control character in a string': '{"data":"a\nb"}',
  'an array': '["hello"]',
  'a string': '"hello"',
  null: 'null',
  'no data': '{}',
  'another key': '{"Data":"hello"}',
  'data only in __proto__': '{"__proto__":{"data":"hello"}}',
  'data a number': '{"data":5}',
  'data null': '{"data":null}',
  'data an array': '{"data":["hello"]}',
  'data an object': '{"data":{"toString":"hello"}}',
  'data first a string, then a number': '{"data":"hello","data":5}',
  'ten thousand open brackets': '['.repeat(10_000),
};

const BAD_TYPES = [
  ...['', 'multipart/form-data; boundary=x', 'application/jsonx', 'application/json+x', 'json'],
  ...['application/', 'application/json, text/plain', 'text/plain; charset=iso-8859-1'],
  ...['application/json; charset=iso-8859-1', 'application/json; charset=utf-16'],
];

/** Requests that get the 400 for bad input. */
export const BAD_INPUT: Readonly<Record<string, Question>> = {
  ...Object.fromEntries(Object.entries(BAD_JSON).map(([what, body]) => [what, post(body)])),
  ...Object.fromEntries(BAD_TYPES.map((type) => [`the type "${type}"`, post('{"data":"hello"}', type)])),
  'a stray byte': bytes(0xff),
  'a sequence that is cut short': bytes(0xe2, 0x82),
  'the bytes of a surrogate': bytes(0xed, 0xa0, 0x80),
  'an overlong slash': bytes(0xc0, 0xaf),
  'a form that is not UTF-8': post(Buffer.from([...Buffer.from('data='), 0xff]), FORM),
  'a plain text that is not UTF-8': post(Buffer.from([0xff]), 'text/plain'),
  'a form of another charset': post('data=hello', `${FORM}; charset=iso-8859-1`),
  'a form without data': post('Data=hello', FORM),
  'a POST without type and body': { method: 'POST', path: '/v1' },
  'bad input at /': post('{"data":5}', JSON_TYPE, '/'),
  'a compressed body': {
    ...post(Buffer.from([0x1f, 0x8b, 8, 0, 0])),
    headers: { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' },
  },
  'a text with a content coding': {
    ...post('hello'),
    headers: { 'content-type': 'text/plain', 'content-encoding': 'deflate' },
  },
  'a GET without data': { path: '/v1?Data=hello' },
  'a GET that is not UTF-8': { path: '/v1?data=%ED%A0%80' },
};

const long = 'a'.repeat(262_144 - '{"data":""}'.length);

/** The longest string that fits into a body, and one that is a byte longer. */
export const LONGEST = { question: jsonOf(long), data: long.toUpperCase(), more: jsonOf(`${long}a`) };
