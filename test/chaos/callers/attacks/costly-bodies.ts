import { CHUNKED, chunkOf, FORM_TYPE, filled, headOf, JSON_TYPE, post, postBulk } from './requests.ts';

/** The default limits of a body and of a bulk body. */
export const BODY_BYTES = 262_144;
const BULK_BYTES = 1_048_576;

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

const FORM_PIECES = '& %41& %41 a& = =& + % data data%41& d%61t%61& %64=& ;'.split(' ');
const JSON_PIECES = ['[', '{"a":', '[[],', '"', '\\', ' ', '1', '-', '1,', '[1', '{"data":"', '\uFEFF', '\n'];

/** JSON, forms and plain texts of the largest size that is accepted. */
export function costlyBodies(): Map<string, string> {
  const inputs = new Map<string, string>();
  const add = (name: string, type: string, body: string) => inputs.set(name, post('/v1', type, body));
  for (const [name, piece] of Object.entries(TEXTS)) {
    const escaped = JSON.stringify(piece).slice(1, -1);
    add(`JSON of ${name}`, JSON_TYPE, `{"data":"${filled(escaped, BODY_BYTES - 20)}"}`);
    add(`text of ${name}`, 'text/plain', filled(piece, BODY_BYTES));
    add(`form of ${name}`, FORM_TYPE, `data=${filled(encodeURIComponent(piece), BODY_BYTES - 5)}`);
  }
  for (const piece of FORM_PIECES)
    for (const start of ['', 'data=', 'x=1&']) {
      add(`form ${start} ${piece}`, FORM_TYPE, `${start}${filled(piece, BODY_BYTES - start.length)}`);
    }
  for (const piece of JSON_PIECES) add(`JSON ${JSON.stringify(piece)}`, JSON_TYPE, filled(piece, BODY_BYTES));
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
  add('text of letters and an emoji', 'text/plain', `${'a'.repeat(BODY_BYTES - 4)}😀`);
  add('text of controls with accents', 'text/plain', filled('a\u0301\u0001\u0301', BODY_BYTES));
  add('text of broken UTF-8', 'text/plain', filled('\uFFFD', BODY_BYTES));
  inputs.set('a pipeline of known texts', post('/v1', JSON_TYPE, '{"data":"known"}').repeat(1_500));
  const inBytes = chunkOf('a').repeat(BODY_BYTES) + chunkOf('');
  for (const path of ['/v1', '/nowhere'])
    inputs.set(`${path} in chunks of a byte`, headOf(path, 'text/plain', CHUNKED) + inBytes);
  return inputs;
}

/** Bulk bodies of the largest size that is accepted. */
export function costlyBulks(): Map<string, string> {
  const pieces = ['\n', '\r\n', '0\n', '{}\n', '{"data":"known"}\n', '"\n', '[\n', ' ', 'x'];
  const inputs = new Map(
    pieces.map((piece) => [`bulk ${JSON.stringify(piece)}`, postBulk(filled(piece, BULK_BYTES))]),
  );
  const line = (text: string) => `{"data":"${filled(text, BODY_BYTES - 20)}"}\n`;
  for (const [name, piece] of Object.entries(TEXTS)) {
    const escaped = JSON.stringify(piece).slice(1, -1);
    inputs.set(`bulk of ${name}`, postBulk(line(escaped).repeat(4)));
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
