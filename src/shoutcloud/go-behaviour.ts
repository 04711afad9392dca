import { isUtf8 } from 'node:buffer';
import { simpleUpperCase } from '../core/upper-case.ts';

/**
 * Upper-cases well-formed text exactly as Go 1.26's `strings.ToUpper` does. Go has the tables of Unicode 15, and Node has
 * newer ones. So letters whose upper case was added after Unicode 15 stay as they are.
 */
export function goUpperCase(text: string): string {
  return YOUNGER.test(text) ? text.replace(OLDER_RUNS, (run) => simpleUpperCase(run)) : simpleUpperCase(text);
}

// Letters whose upper case is in Unicode 16 or 17 but not in Unicode 15. A test compares every code point with Go.
const YOUNGER_RANGES =
  '\\u019B\\u0264\\u1C8A\\uA7CD\\uA7CF\\uA7D3\\uA7D5\\uA7DB\\u{10D70}-\\u{10D85}\\u{16EBB}-\\u{16ED3}';
const YOUNGER = new RegExp(`[${YOUNGER_RANGES}]`, 'u');
const OLDER_RUNS = new RegExp(`[^${YOUNGER_RANGES}]+`, 'gu');

/**
 * The INPUT of a request body as Go's `json.NewDecoder(body).Decode(&struct{ INPUT, OUTPUT string })` reads it: always
 * well-formed, and `''` if INPUT is missing or null. `undefined` if Go reports an error.
 */
export function decodeInput(body: Buffer): string | undefined {
  const text = decodeUtf8(body).replace(/^[ \t\r\n]+/, '');
  // Go stops reading at the end of the first value, so it reads "nullx" as null.
  if (text.startsWith('null')) return '';

  const object = text.startsWith('{') ? firstObject(text) : undefined;
  return object && isJson(object.source) ? inputOf(object.members) : undefined;
}

/** A good answer's body, byte for byte as Go's `json.Marshal` writes it. Both texts must be well-formed. */
export function encodeAnswer(input: string, output: string): string {
  return JSON.stringify({ INPUT: input, OUTPUT: output }).replace(HTML_UNSAFE, unicodeEscape);
}

const HTML_UNSAFE = /[<>&\u2028\u2029]/g;

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

interface Member {
  /** The key as written, quotes and escapes included. */
  key: string;
  /** The value's first token, as written. */
  value: string;
}

// Go's encoding/json refuses values that are nested deeper than this.
const MAX_DEPTH = 10_000;

/** The source and the members of the first object. Keeps repeated keys, leaves out nested members, does not check the grammar. */
function firstObject(text: string): { source: string; members: Member[] } | undefined {
  const members: Member[] = [];
  let depth = 0;
  let key = '';
  let last = '';
  for (const { token, end } of tokens(text)) {
    if (depth === 1 && last === ':') members.push({ key, value: token });
    depth += depthChange(token);
    if (depth === 0) return { source: text.slice(0, end), members };
    if (depth > MAX_DEPTH) return undefined;
    key = last;
    last = token;
  }
  return undefined;
}

function depthChange(token: string): number {
  if (token === '{' || token === '[') return 1;
  return token === '}' || token === ']' ? -1 : 0;
}

function* tokens(text: string): Generator<{ token: string; end: number }> {
  const start = /["{}[\],:]|[^\s"{}[\],:]+/g;
  for (let found = start.exec(text); found !== null; found = start.exec(text)) {
    if (found[0] === '"') start.lastIndex = endOfString(text, found.index);
    yield { token: text.slice(found.index, start.lastIndex), end: start.lastIndex };
  }
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1;
    if (text[at] === '\\') at++;
  }
  return text.length;
}

function isJson(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

/** If a key is repeated, its last value counts. A null is ignored. Any other value that is not a string is an error. */
function inputOf(members: readonly Member[]): string | undefined {
  let input = '';
  for (const { key, value } of members) {
    const name: string = JSON.parse(key);
    if (!/^(in|out)put$/i.test(name) || value === 'null') continue;
    if (!value.startsWith('"')) return undefined;
    if (name.length === 'INPUT'.length) input = JSON.parse(value).toWellFormed();
  }
  return input;
}

/**
 * Decodes UTF-8 as Go's `utf8.DecodeRune` does: each *byte* that belongs to no valid sequence becomes one U+FFFD. (The
 * decoders of the web platform turn the valid beginning of a sequence into a single U+FFFD.) A byte order mark is kept.
 */
function decodeUtf8(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');

  const repaired = bytes
    .toString('latin1')
    .replace(SEQUENCE_OR_STRAY, (found) => (found.length === 1 ? REPLACEMENT : found));
  return Buffer.from(repaired, 'latin1').toString('utf8');
}

// The UTF-8 bytes of U+FFFD, each as one Latin-1 character.
const REPLACEMENT = '\xEF\xBF\xBD';

// Matches a well-formed sequence of several bytes (Unicode, table 3-7), or else a single byte that is not ASCII.
const SEQUENCE_OR_STRAY = new RegExp(
  [
    '[\\xC2-\\xDF][\\x80-\\xBF]',
    '\\xE0[\\xA0-\\xBF][\\x80-\\xBF]',
    '[\\xE1-\\xEC\\xEE\\xEF][\\x80-\\xBF]{2}',
    '\\xED[\\x80-\\x9F][\\x80-\\xBF]',
    '\\xF0[\\x90-\\xBF][\\x80-\\xBF]{2}',
    '[\\xF1-\\xF3][\\x80-\\xBF]{3}',
    '\\xF4[\\x80-\\x8F][\\x80-\\xBF]{2}',
    '[\\x80-\\xFF]',
  ].join('|'),
  'g',
);
