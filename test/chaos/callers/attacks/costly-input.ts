import {
  type Attack,
  askCeaselessly,
  FORM_TYPE,
  filled,
  get,
  headOf,
  JSON_TYPE,
  NDJSON_TYPE,
  post,
} from './attack.ts';

/** What one request may have: headers of 16 KiB in all, a body, a bulk body. */
export const HEAD_BYTES = 15_900;
export const BODY_BYTES = 262_144;
export const BULK_BYTES = 1_048_576;

const PIECES = [
  ' ',
  '\t',
  ';',
  ',',
  ', ',
  '; ',
  '"',
  '\\"',
  '&',
  '%41&',
  '=',
  '(',
  '/',
  '*/*,',
  'a',
  'a=b;',
  'a="b";',
];
const LIST_PIECES = [
  'a/b,',
  'a/b;q=0.1,',
  'gzip;q=0,',
  'en-gb;q=0.1,',
  'W/"a",',
  '"a",',
  '127.0.0.1,',
  '10.0.0.1,',
];
const MORE_PIECES = ['::1,', '[::1]:1,', 'for=1;', '0123456789', 'content-type,'];
const ALL_PIECES = [...PIECES, ...LIST_PIECES, ...MORE_PIECES];

/** Headers that the service itself, a package or Node takes apart. */
const HEADERS = [
  'accept',
  'accept-encoding',
  'accept-language',
  'access-control-request-headers',
  'cache-control',
  'connection',
  'cookie',
  'expect',
  'forwarded',
  'if-none-match',
  'origin',
  'tracestate',
  'x-forwarded-for',
  'x-request-id',
];

/** Every header that is taken apart, full of what makes parsers slow. */
export function costlyHeads(): Map<string, string> {
  const inputs = new Map<string, string>();
  for (const piece of ALL_PIECES) {
    const shown = JSON.stringify(piece);
    for (const start of [JSON_TYPE, `${JSON_TYPE};a=`, '']) {
      const type = `${start}${filled(piece, HEAD_BYTES)}x`;
      inputs.set(`content-type ${start}${shown}`, headOf('/v1', type, 'content-length: 0'));
    }
    for (const header of HEADERS) {
      const value = `${filled(piece, HEAD_BYTES)}x`;
      for (const path of ['/v1?data=known', '/', '/docs/swagger-ui-bundle.js'])
        inputs.set(`${header} ${shown} ${path}`, get(path, `${header}: ${value}`));
    }
    const query = filled(piece.replace(/[\t ]/g, '+').replace('"', '%22'), HEAD_BYTES);
    inputs.set(`query ${shown}`, get(`/v1?${query}`));
    inputs.set(`query data=${shown}`, get(`/v1?data=${query}`));
    inputs.set(`path ${shown}`, get(`/${query}`));
  }
  inputs.set('many headers', get('/v1?data=known', ...Array.from({ length: 2_400 }, () => 'a: 1')));
  inputs.set('many cookies', get('/v1?data=known', ...Array.from({ length: 1_400 }, () => 'cookie: a')));
  return inputs;
}

const TEXTS: Readonly<Record<string, string>> = {
  letters: 'a',
  'accented letters': 'é',
  'loose accents': '\u0301',
  'letters with accents': 'e\u0301',
  'letters with many accents': `e${'\u0301'.repeat(50)}`,
  flags: '🇺🇸',
  families: '👨‍👩‍👧',
  'Hangul jamo': '\u1112\u1161\u11ab',
  'Devanagari clusters': 'क्षि',
  'Thai marks': 'กำ',
  Chinese: '漢',
  emoji: '😀',
  'line ends': '\r\n',
  quotes: '"',
  'control characters': '\u0001',
  'capital letters only': 'A',
  'joiners only': '\u200d',
  'Greek with dialytika': 'ΐ',
  'letters and a family': 'aaaaaaaaaaaaaaa👨‍👩‍👧',
};

/** JSON, forms and plain texts at the limit. */
export function costlyBodies(): Map<string, string> {
  const inputs = new Map<string, string>();
  const add = (name: string, type: string, body: string) => inputs.set(name, post('/v1', type, body));
  for (const [name, piece] of Object.entries(TEXTS)) {
    const escaped = JSON.stringify(piece).slice(1, -1);
    add(`JSON of ${name}`, JSON_TYPE, `{"data":"${filled(escaped, BODY_BYTES - 20)}"}`);
    add(`text of ${name}`, 'text/plain', filled(piece, BODY_BYTES));
    add(`form of ${name}`, FORM_TYPE, `data=${filled(encodeURIComponent(piece), BODY_BYTES - 5)}`);
  }
  for (const piece of [
    '&',
    '%41&',
    '%41',
    'a&',
    '=',
    '=&',
    '+',
    '%',
    'data',
    'data%41&',
    'd%61t%61&',
    '%64=&',
    ';',
  ])
    for (const start of ['', 'data=', 'x=1&']) {
      add(`form ${start} ${piece}`, FORM_TYPE, `${start}${filled(piece, BODY_BYTES - start.length)}`);
    }
  for (const piece of [
    '[',
    '{"a":',
    '[[],',
    '"',
    '\\',
    ' ',
    '1',
    '-',
    '1,',
    '[1',
    '{"data":"',
    '\uFEFF',
    '\n',
  ])
    add(`JSON ${JSON.stringify(piece)}`, JSON_TYPE, filled(piece, BODY_BYTES));
  for (const unit of ['\\u0041', '\\ud800', '\\udc00\\ud800', '\\u0301', '\\n', '\\ud83d\\ude00'])
    add(`JSON escapes ${unit}`, JSON_TYPE, `{"data":"${filled(unit, BODY_BYTES - 20)}"}`);
  const levels = BODY_BYTES / 2 - 20;
  add('JSON nested lists', JSON_TYPE, `{"data":"a","x":${'['.repeat(levels)}${']'.repeat(levels)}}`);
  add('JSON nested objects', JSON_TYPE, `{"x":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)},"data":"a"}`);
  add('JSON many keys', JSON_TYPE, `{${keys(BODY_BYTES, (i) => `"${i.toString(36)}":0`)}}`);
  add('JSON many index keys', JSON_TYPE, `{${keys(BODY_BYTES, (i) => `"${i * 7919}":0`)}}`);
  add('JSON the same key', JSON_TYPE, `{${keys(BODY_BYTES, () => '"data":"a"')}}`);
  add('JSON long key', JSON_TYPE, `{"${'k'.repeat(BODY_BYTES - 20)}":1}`);
  add('JSON long number', JSON_TYPE, `{"data":${'1'.repeat(BODY_BYTES - 20)}}`);
  add('JSON long fraction', JSON_TYPE, `{"data":0.${'1'.repeat(BODY_BYTES - 20)}}`);
  add('text of broken UTF-8', 'text/plain', filled('\uFFFD', BODY_BYTES));
  return inputs;
}

/** Bulk bodies at the limit. */
export function costlyBulks(): Map<string, string> {
  const pieces = ['\n', '\r\n', '0\n', '{}\n', '{"data":"known"}\n', '"\n', '[\n', ' ', 'x'];
  const inputs = new Map(
    pieces.map((piece) => [
      `bulk ${JSON.stringify(piece)}`,
      post('/v1/bulk', NDJSON_TYPE, filled(piece, BULK_BYTES)),
    ]),
  );
  const line = (text: string) => `{"data":"${filled(text, BODY_BYTES - 20)}"}\n`;
  for (const [name, piece] of Object.entries(TEXTS)) {
    const escaped = JSON.stringify(piece).slice(1, -1);
    inputs.set(`bulk of ${name}`, post('/v1/bulk', NDJSON_TYPE, line(escaped).repeat(4)));
  }
  return inputs;
}

function keys(bytes: number, key: (index: number) => string): string {
  const parts: string[] = [];
  for (let size = 10, index = 0; size < bytes - 16; index++) {
    const part = key(index);
    size += part.length + 1;
    parts.push(part);
  }
  return parts.join();
}

export const costlyInput: readonly Attack[] = [
  attack('a content type of 15,900 spaces', () => [spacesInType()], 10),
  attack('forms of 262,144 ampersands', () => [post('/v1', FORM_TYPE, '&'.repeat(BODY_BYTES))], 100),
  attack('forms of encoded names', () => [post('/v1', FORM_TYPE, filled('%41&', BODY_BYTES))], 100),
  attack(
    'queries of ampersands',
    () => ['&', '%41&'].map((piece) => get(`/v1?${filled(piece, HEAD_BYTES)}`)),
    10,
  ),
  attack('every costly header in turn', () => [...costlyHeads().values()], 10),
  attack('every costly body in turn', () => [...costlyBodies().values()], 200),
  attack('every costly bulk in turn', () => [...costlyBulks().values()], 1_000),
  {
    ...attack('16 KB of X-Forwarded-For', forwarded, 10),
    env: { TRUST_PROXY: '10.0.0.0/8,loopback', RATE_LIMIT_PER_MINUTE: '1000000' },
  },
];

function spacesInType(): string {
  return headOf('/v1', `${JSON_TYPE}${' '.repeat(HEAD_BYTES)}x`, 'content-length: 0');
}

function forwarded(): string[] {
  return ['10.0.0.1,', '1,', ',', '[::1]:1,', ' '].map((piece) =>
    get('/v1?data=known', `x-forwarded-for: ${filled(piece, HEAD_BYTES)}`),
  );
}

/** Eight connections that ask for one after the other; the requests are made when the attack begins. */
function attack(name: string, requests: () => readonly string[], pauseMs: number): Attack {
  const connections = 8;
  return {
    name,
    connections,
    begin: ({ port }) => askCeaselessly({ port, callers: connections, pauseMs, requests: requests() }),
  };
}
