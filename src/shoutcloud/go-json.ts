import { decodeGoUtf8 } from './go-utf8.ts';

/**
 * The INPUT of a request body as Go's `json.NewDecoder(body).Decode(&struct{ INPUT, OUTPUT string })` reads it:
 * always well-formed, `''` where it is missing or null; `undefined` where Go reports an error.
 */
export function decodeInput(body: Buffer): string | undefined {
  const text = decodeGoUtf8(body).replace(/^[ \t\r\n]+/, '');
  // Go stops reading at the end of the first value, so "nullx" is a null.
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

// encoding/json refuses deeper values.
const MAX_DEPTH = 10_000;

/** Where the first object ends, and its own members, repeated keys included; says nothing about its grammar. */
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

/** The later of equal keys wins, but a null changes nothing, and one value of another type spoils them all. */
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
