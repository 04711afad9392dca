import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import contentType from 'content-type';
import { badInput } from '../problem.ts';

const FORM = 'application/x-www-form-urlencoded';
const ACCEPTED = `application/json, ${FORM} or text/plain`;
const SEND_OBJECT = 'send {"data": "<text>"}';

/** Finds the text to shout in a whole body. Throws `BAD_INPUT`. */
export type TextOfBody = (body: Buffer) => string;

/** The reader of a body of this type. Throws `BAD_INPUT` if there is none, or for a charset other than UTF-8. */
export function textReader({ 'content-type': type }: IncomingHttpHeaders): TextOfBody {
  switch (mediaType(type)) {
    case 'application/json':
      return textOfJson;
    case FORM:
      return textOfForm;
    case 'text/plain':
      return textOfBytes;
    case '':
      throw badInput('no content type', `There is no content type; send ${ACCEPTED}.`);
    default:
      throw badInput('another content type', `The content type is ${shownType(type)}; send ${ACCEPTED}.`);
  }
}

/** The text under `data` in a query string. Throws `BAD_INPUT`. */
export function textOfQuery(query: string): string {
  return textOfField(dataField(query), 'The query has no data; ask for /v1?data=<text>.');
}

/**
 * The media type of a body in lower case, without its parameters; empty if there is none. Throws `BAD_INPUT` for a charset
 * other than UTF-8.
 */
export function mediaType(header = ''): string {
  // Nearly every request has this one.
  if (header === 'application/json') return header;
  const { type, parameters } = contentType.parse(header);
  const charset = parameters.charset?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8')
    throw badInput('another charset', 'The charset is not UTF-8; send UTF-8.');
  return type;
}

/** The media type as the caller wrote it, if it is well formed. `detail` never repeats anything else of a request. */
export function shownType(header = ''): string {
  const { type } = contentType.parse(header);
  return /^[\w.+-]{1,40}\/[\w.+-]{1,40}$/.test(type) ? type : 'not a known one';
}

/** Text of UTF-8 bytes, without a byte order mark in front. Throws `BAD_INPUT`. */
export function textOfBytes(body: Buffer): string {
  if (!isUtf8(body)) throw badInput('not UTF-8', 'The body is not valid UTF-8; send UTF-8, not compressed.');
  const text = body.toString();
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** The text in the JSON of a body or of a line. Throws `BAD_INPUT`. */
export function textOfJson(body: Buffer): string {
  const value = parsed(textOfBytes(body));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badInput('not an object', `The JSON is ${kindOf(value)}; ${SEND_OBJECT}.`);
  }
  if (!('data' in value)) throw badInput('no data', `The object has no key "data"; ${SEND_OBJECT}.`);
  if (typeof value.data === 'string') return value.data;
  throw badInput('data is not a string', `"data" is ${kindOf(value.data)}; send a string.`);
}

/** The parser's own error is not kept as the cause, because its message quotes the text. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    const what = json === '' ? 'The body is empty' : 'The body is not valid JSON';
    throw badInput('not JSON', `${what}; ${SEND_OBJECT}.`);
  }
}

function textOfForm(body: Buffer): string {
  const hint = `The form has no field "data"; send data=<text>, or say what the body is: ${ACCEPTED}.`;
  return textOfField(dataField(body.toString('latin1')), hint);
}

function textOfField(field: string | null | undefined, hint: string): string {
  if (typeof field === 'string') return field;
  if (field === undefined) throw badInput('no field data', hint);
  throw badInput('not UTF-8', 'The field "data" is not valid UTF-8; escape the bytes of UTF-8.');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Finds a field called `data`, escaped or not, and its value. It takes one pass and decodes no other name. */
const DATA_FIELD = /(?:^|&)(?:d|%64)(?:a|%61)(?:t|%74)(?:a|%61)(?:=([^&]*))?(?=&|$)/;

/**
 * The first field called `data` of an `application/x-www-form-urlencoded` text (WHATWG URL §5.1). `undefined` if there is
 * none, `null` if it is not UTF-8. `encoded` holds a character for each byte, as `latin1` decodes them.
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

/** Decodes in place: `+` is a space, and `%` with two hexadecimal digits a byte. `replace` would take 35 ms for a body of `+`. */
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
