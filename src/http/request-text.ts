import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import contentType from 'content-type';
import { omitStacks, type TuohsError } from '../core/errors.ts';
import { badInput } from './problem.ts';

const FORM = 'application/x-www-form-urlencoded';
const ACCEPTED = `application/json, ${FORM} or text/plain`;
const SEND_OBJECT = 'send {"data": "<text>"}';

/** The function that reads the text from a body with these headers. Throws `BAD_INPUT` for a type or charset that is not accepted. */
export function textReader(headers: IncomingHttpHeaders): (body: Buffer) => string {
  switch (mediaType(headers)) {
    case 'application/json':
      return textOfJson;
    case FORM:
      return textOfForm;
    case 'text/plain':
      return textOfBytes;
    default:
      throw badType(headers['content-type'], ACCEPTED);
  }
}

/**
 * The media type of a body in lower case, without its parameters; empty if there is none. Throws `BAD_INPUT` for a content coding,
 * and for a charset other than UTF-8.
 */
export function mediaType(headers: IncomingHttpHeaders): string {
  const { 'content-type': header = '', 'content-encoding': coding } = headers;
  if (coding !== undefined && !/^identity$/i.test(coding))
    throw badInput(
      'a content coding',
      'The body has a content coding; send it as it is, without Content-Encoding.',
    );
  // A shortcut, because nearly every request has this type.
  if (header === 'application/json') return header;
  const { type, parameters } = contentType.parse(header);
  const charset = parameters.charset?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8')
    throw badInput('another charset', 'The charset is not UTF-8; send UTF-8.');
  return type;
}

/** The error for a content type that is not accepted. It quotes the type, but nothing else from the request. */
export function badType(header = '', accepted: string): TuohsError {
  const { type } = contentType.parse(header);
  const shown = /^[\w.+-]{1,40}\/[\w.+-]{1,40}$/.test(type) ? type : 'not a known one';
  const what = header === '' ? 'There is no content type' : `The content type is ${shown}`;
  return badInput('another content type', `${what}; send ${accepted}.`);
}

/** What held the text in the request; error messages use the word. */
type Whole = 'body' | 'line';

/** Text of UTF-8 bytes, without a byte order mark in front. Throws `BAD_INPUT`. */
function textOfBytes(bytes: Buffer, what: Whole = 'body'): string {
  if (!isUtf8(bytes))
    throw badInput('not UTF-8', `The ${what} is not valid UTF-8; send UTF-8, not compressed.`);
  const text = bytes.toString();
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** The text in the JSON of a body or of a line. Throws `BAD_INPUT`. */
export function textOfJson(bytes: Buffer, what: Whole = 'body'): string {
  const value = parsed(textOfBytes(bytes, what), what);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badInput('not an object', `The JSON is ${kindOf(value)}; ${SEND_OBJECT}.`);
  }
  if (!('data' in value)) throw badInput('no data', `The object has no key "data"; ${SEND_OBJECT}.`);
  if (typeof value.data === 'string') return value.data;
  throw badInput('data is not a string', `"data" is ${kindOf(value.data)}; send a string.`);
}

/** The parser's own error is not kept as the cause, because its message quotes the text. */
function parsed(json: string, whole: Whole): unknown {
  if (json.length > MOST_JSON_PARTS && hasManyParts(json))
    throw badInput('too many parts', `The JSON has too many objects, arrays or keys; ${SEND_OBJECT}.`);
  const recordStacks = omitStacks();
  try {
    return JSON.parse(json);
  } catch {
    const what = json === '' ? 'empty' : 'not valid JSON';
    throw badInput('not JSON', `The ${whole} is ${what}; ${SEND_OBJECT}.`);
  } finally {
    recordStacks();
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** JSON with more objects, arrays and keys than this is refused. `JSON.parse` takes up to 3 µs for each, so 250 KB could take 70 ms. */
const MOST_JSON_PARTS = 5000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** Whether a JSON text has more than `MOST_JSON_PARTS` objects, arrays and keys. For other texts, the result does not matter. */
export function hasManyParts(json: string): boolean {
  let parts = 0;
  for (let at = 0; at < json.length && parts <= MOST_JSON_PARTS; at++) {
    const unit = json.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(json, at);
    else if (unit === COLON || unit === BRACKET || unit === BRACE) parts++;
  }
  return parts > MOST_JSON_PARTS;
}

/** The end of the string that begins at `start`: the next quote with an even number of backslashes in front. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end > 0; end = json.indexOf('"', end + 1)) {
    let before = end;
    while (json.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((end - before) % 2 === 0) return end;
  }
  return json.length;
}

function textOfForm(body: Buffer): string {
  // `curl -d` declares every body as a form, so the hint also names the other types.
  const hint =
    'The body was read as a form, and has no field "data"; send data=<text>, or set Content-Type to application/json or text/plain.';
  return textOfField(body.toString('latin1'), hint);
}

/** The text under `data` in a query string. Throws `BAD_INPUT`. */
export function textOfQuery(query: string): string {
  return textOfField(query, 'The query has no data; ask for /v1?data=<text>.');
}

function textOfField(encoded: string, hint: string): string {
  const field = dataField(encoded);
  if (typeof field === 'string') return field;
  if (field === undefined) throw badInput('no field data', hint);
  throw badInput('not UTF-8', 'The field "data" is not valid UTF-8; send é as %C3%A9, for example.');
}

/** Finds a field whose name is `data`, escaped or not, and its value. Takes one pass, and decodes no other name. */
const DATA_FIELD = /(?:^|&)(?:d|%64)(?:a|%61)(?:t|%74)(?:a|%61)(?:=([^&]*))?(?=&|$)/;

/**
 * The value of the first field called `data` in an `application/x-www-form-urlencoded` text (WHATWG URL §5.1). `undefined` if
 * there is no such field, `null` if the value is not UTF-8. `encoded` has one character for each byte, as `latin1` decodes them.
 */
export function dataField(encoded: string): string | null | undefined {
  const field = DATA_FIELD.exec(encoded);
  if (field === null) return undefined;
  const [, value = ''] = field;
  if (NOTHING_TO_DECODE.test(value)) return value;
  const bytes = unescaped(Buffer.from(value, 'latin1'));
  return isUtf8(bytes) ? bytes.toString() : null;
}

const NOTHING_TO_DECODE = /^[^+%\x80-\xff]*$/;
const [PLUS, PERCENT, SPACE] = Buffer.from('+% ');

/** Decodes in place: `+` becomes a space, and `%` with two hexadecimal digits becomes a byte. `replace` would take 35 ms for many `+`. */
function unescaped(bytes: Buffer): Buffer {
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] === PLUS ? SPACE : bytes[i];
    const escaped = byte === PERCENT ? hexDigit(bytes[i + 1]) * 16 + hexDigit(bytes[i + 2]) : Number.NaN;
    const isEscaped = !Number.isNaN(escaped);
    if (isEscaped) i += 2;
    bytes[length++] = isEscaped ? escaped : (byte ?? 0);
  }
  return bytes.subarray(0, length);
}

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN;
}
