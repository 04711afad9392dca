import { honest } from '../tools/replies.ts';
import { allHold, exactly, type Row } from '../tools/row.ts';
import { openWire, type WireAnswer } from '../tools/wire.ts';

interface Case {
  readonly name: string;
  readonly type?: string;
  readonly body?: string | Buffer;
  /** A GET of this target instead of a POST. */
  readonly target?: string;
  /** The right answer; without it, 400. */
  readonly data?: string;
  /** Where refusing is as good as answering. */
  readonly either?: boolean;
}

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

const CASES: readonly Case[] = [
  { name: 'invalid UTF-8', body: latin1('{"data":"a\xff"}') },
  { name: 'overlong UTF-8', body: latin1('{"data":"\xc0\xaf"}') },
  { name: 'a surrogate in UTF-8', body: latin1('{"data":"\xed\xa0\x80"}') },
  { name: 'truncated UTF-8', body: latin1('{"data":"\xe2\x82"}') },
  { name: 'UTF-16', body: Buffer.from('{"data":"ab"}', 'utf16le') },
  {
    name: 'UTF-16, announced',
    type: `${JSON_TYPE}; charset=utf-16`,
    body: Buffer.from('{"data":"ab"}', 'utf16le'),
  },
  { name: 'latin1, announced', type: `${JSON_TYPE}; charset=iso-8859-1`, body: latin1('{"data":"\xe9"}') },
  { name: 'UTF-8, announced', type: `${JSON_TYPE}; charset="UTF-8"`, body: '{"data":"ab"}', data: 'BA' },
  { name: 'type in capitals', type: 'APPLICATION/JSON', body: '{"data":"ab"}', data: 'BA' },
  { name: 'text/plain', type: 'text/plain', body: '{"data":"ab"}', data: '}"BA":"ATAD"{' },
  { name: 'no type', type: '', body: '{"data":"ab"}' },
  { name: 'multipart', type: 'multipart/form-data; boundary=x', body: '--x--' },
  { name: 'JSON called a form', type: FORM, body: '{"data":"ab"}' },
  { name: 'deep JSON', body: deep(100_000) },
  { name: 'deep data', body: `{"data":${deep(100_000)}}` },
  { name: 'deep beside data', body: `{"data":"ab","x":${deep(100_000)}}`, data: 'BA', either: true },
  { name: 'unclosed deep JSON', body: '{"a":'.repeat(40_000) },
  { name: 'data in __proto__', body: '{"__proto__":{"data":"ab"}}' },
  { name: '__proto__ beside data', body: '{"__proto__":{"x":1},"data":"ab"}', data: 'BA' },
  {
    name: 'constructor beside data',
    body: '{"constructor":{"prototype":{"data":"x"}},"data":"ab"}',
    data: 'BA',
  },
  ...['null', 'true', '5', '1e999', '[]', '["a"]', '{}', '{"toString":"x"}', '{"length":1}'].map((value) => ({
    name: `data ${value}`,
    body: `{"data":${value}}`,
  })),
  ...[
    '',
    ' ',
    'null',
    'true',
    '5',
    '"data"',
    '[]',
    '[{"data":"ab"}]',
    '{}',
    '{"Data":"ab"}',
    '{data:"ab"}',
  ].map((body) => ({ name: `body ${body}`, body })),
  { name: 'two values', body: '{"data":"ab"}{"data":"cd"}' },
  { name: 'a BOM', body: '\uFEFF{"data":"ab"}', data: 'BA', either: true },
  { name: 'a repeated key', body: '{"data":"ab","data":"cd"}', data: 'DC' },
  { name: 'a repeated key, the last no string', body: '{"data":"ab","data":5}' },
  { name: 'the empty string', body: '{"data":""}', data: '' },
  { name: 'lone surrogates', body: '{"data":"\\udc00a\\ud800"}', data: '\uFFFDA\uFFFD' },
  { name: 'NUL and control characters', body: '{"data":"\\u0000a\\u001fb"}', data: 'B\u001fA\u0000' },
  { name: 'characters that Go escapes', body: '{"data":"<a>&\\u2028"}', data: '\u2028&>A<' },
  { name: 'separators of every kind', body: `{"data":"${controls()}"}`, data: [...raw()].reverse().join('') },
  { name: 'a form', type: FORM, body: 'data=ab', data: 'BA' },
  { name: 'a form, data twice', type: FORM, body: 'data=ab&data=cd', data: 'BA' },
  { name: 'a form, invalid UTF-8', type: FORM, body: 'data=%FF' },
  { name: 'a form, overlong UTF-8', type: FORM, body: 'data=%C0%AF' },
  { name: 'a form, raw invalid UTF-8', type: FORM, body: latin1('data=\xff') },
  { name: 'a form without data', type: FORM, body: 'dat=ab' },
  { name: 'a form, data[]', type: FORM, body: 'data[]=ab' },
  { name: 'a form, empty data', type: FORM, body: 'data', data: '' },
  { name: 'a form, __proto__', type: FORM, body: '__proto__=x&data=ab', data: 'BA' },
  { name: 'a form, a lone percent', type: FORM, body: 'data=%', data: '%', either: true },
  {
    name: 'a form, 100,000 fields',
    type: FORM,
    body: `${'a&'.repeat(100_000)}data=ab`,
    data: 'BA',
    either: true,
  },
  { name: 'GET without data', target: '/v1' },
  { name: 'GET, invalid UTF-8', target: '/v1?data=%ff' },
  { name: 'GET, data twice', target: '/v1?data=ab&data=cd', data: 'BA' },
  { name: 'GET, __proto__', target: '/v1?__proto__=x&constructor=y&data=ab', data: 'BA' },
  { name: 'GET, data[a]', target: '/v1?data[a]=ab' },
  { name: 'and in the end still {}', body: '{}' },
];

export const hostileInput: Row = {
  name: 'invalid UTF-8, UTF-16, deep JSON, __proto__, every JSON type as data',
  group: 'callers',
  isShort: true,
  async run(lab) {
    const upstream = await lab.peer(honest());
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    const unexpected: string[] = [];

    for (const each of CASES) {
      const wire = openWire(gateway.port);
      const answer = await wire.exchange(requestOf(each)).catch((error: Error) => error.message);
      wire.close();
      const seen = typeof answer === 'string' ? answer : describe(answer);
      if (!isFine(each, seen)) unexpected.push(`${each.name}: ${seen}`);
    }

    const after = await lab.ask(gateway, 'still there');
    return [
      allHold('400, or the right 200', unexpected, CASES.length),
      exactly('afterwards', `${after.status} ${after.isRight}`, '200 true'),
    ];
  },
};

function requestOf({ type = JSON_TYPE, body = '', target }: Case): Buffer {
  if (target) return Buffer.from(`GET ${target} HTTP/1.1\r\nhost: lab\r\n\r\n`);
  const typed = type ? `content-type: ${type}\r\n` : '';
  const head = `POST /v1 HTTP/1.1\r\nhost: lab\r\n${typed}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

function describe({ status, body }: WireAnswer): string {
  const { data, code }: { data?: string; code?: string } = JSON.parse(body);
  return status === 200 ? `200 ${JSON.stringify(data)}` : `${status} ${code}`;
}

function isFine({ data, either }: Case, seen: string): boolean {
  const isRefused = seen === '400 BAD_INPUT';
  if (data === undefined) return isRefused;
  return seen === `200 ${JSON.stringify(data)}` || (either === true && isRefused);
}

function raw(): string {
  return String.fromCharCode(
    ...Array.from({ length: 32 }, (_, code) => code).filter((code) => code !== 10 && code !== 13),
  );
}

function controls(): string {
  return JSON.stringify(raw()).slice(1, -1);
}
