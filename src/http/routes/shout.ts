import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import contentType from 'content-type';
import { omitStacks, type TuohsError } from '../../core/errors.ts';
import type { Shout } from '../../core/shouter.ts';
import { stringBytes } from '../../core/text-values.ts';
import { shoutGetOperation } from '../../openapi/operations.ts';
import { type Answer, isKnownTo, type Outcome, preferredType } from '../answer.ts';
import type { ApiParts } from '../api-parts.ts';
import { free } from '../body-pieces.ts';
import type { Exchange } from '../exchange.ts';
import { dataField } from '../form-field.ts';
import { hasManyParts, MOST_JSON_PARTS } from '../json-parts.ts';
import { badInput } from '../problem.ts';
import type { Route } from '../router.ts';

/** POST a string, as JSON, as a form or as plain text. */
export const shoutPost: Route<ApiParts> = {
  handle(exchange, { reverseShout, maxBodyBytes }) {
    const textOf = textReader(exchange.request.headers);
    return exchange.readBody(maxBodyBytes, (body) => exchange.inTurn(body.length, () => answer(body)));

    function answer(body: Buffer): Outcome {
      const text = textOf(body);
      free([body]);
      return answerTo(text, exchange, { reverseShout, answerFor: shoutAnswer });
    }
  },
};

/** GET a string's answer: the form that browsers and CDNs can keep for good, because an answer never changes. */
export const shoutGet: Route<ApiParts> = {
  handle(exchange, { reverseShout }) {
    const text = textOfQuery(exchange.target.query);
    return answerTo(text, exchange, { reverseShout, answerFor: cacheableAnswer });
  },
  operation: shoutGetOperation,
};

interface Answering extends Pick<ApiParts, 'reverseShout'> {
  readonly answerFor: (shout: Shout, exchange: Exchange) => Answer;
}

/** The answer to a text, now or later. Throws `OVERLOADED` if too much work is already under way. */
function answerTo(text: string, exchange: Exchange, { reverseShout, answerFor }: Answering): Outcome {
  const shout = reverseShout(text, exchange);
  if (!(shout instanceof Promise)) return answerFor(shout, exchange);
  const answer = shout.then((late) => exchange.inTurn(late.text.length, () => answerFor(late, exchange)));
  answer.catch(() => {});
  exchange.held.setCopies(stringBytes(text));
  return answer;
}

function cacheableAnswer(shout: Shout, exchange: Exchange): Answer {
  const { headers, body } = shoutAnswer(shout, exchange);
  const vary = 'Accept';
  if (shout.source === 'local') return { headers: { ...headers, 'cache-control': 'no-store' }, body, vary };
  const etag = `"${body.length}-${crc32(body)}"`;
  const caching = { 'cache-control': 'public, max-age=31536000, immutable', etag };
  if (isKnownTo(exchange.request.headers, etag)) return { status: 304, headers: caching, vary };
  return { headers: { ...headers, ...caching }, body, vary };
}

/** The answer for a string: JSON, or the text alone if the caller prefers `text/plain`. */
function shoutAnswer(shout: Shout, { request }: Exchange): Answer & { readonly body: string } {
  const isText = preferredType(request.headers.accept, ['application/json', 'text/plain']) === 'text/plain';
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  return {
    headers: { 'content-type': type, 'cache-status': cacheStatus(shout) },
    body: isText ? shout.text : shoutBody(shout),
  };
}

/** The JSON of an answered string. */
export function shoutBody({ text }: Shout): string {
  return `{"data":${JSON.stringify(text)}}`;
}

/** The Cache-Status header (RFC 9211) of an answered string: where it came from. */
export function cacheStatus({ source, stored, collapsed }: Shout): string {
  switch (source) {
    case 'memory':
      return 'tuohs; hit';
    case 'redis':
      return 'tuohs; hit; detail=redis';
    case 'local':
      return 'tuohs; fwd=miss; detail=local';
    case 'upstream':
      return `tuohs; fwd=miss${stored ? '; stored' : ''}${collapsed ? '; collapsed' : ''}`;
  }
}

const FORM = 'application/x-www-form-urlencoded';
const ACCEPTED = `application/json, ${FORM} or text/plain`;
const SEND_OBJECT = 'send {"data": "<text>"}';

/** The reader of a body of this type. Throws `BAD_INPUT` if there is none, or for a charset other than UTF-8. */
function textReader(headers: IncomingHttpHeaders): (body: Buffer) => string {
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
  // Nearly every request has this one.
  if (header === 'application/json') return header;
  const { type, parameters } = contentType.parse(header);
  const charset = parameters.charset?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8')
    throw badInput('another charset', 'The charset is not UTF-8; send UTF-8.');
  return type;
}

/** The error for a content type that is not accepted. It quotes nothing else from a request. */
export function badType(header = '', accepted: string): TuohsError {
  const { type } = contentType.parse(header);
  const shown = /^[\w.+-]{1,40}\/[\w.+-]{1,40}$/.test(type) ? type : 'not a known one';
  const what = header === '' ? 'There is no content type' : `The content type is ${shown}`;
  return badInput('another content type', `${what}; send ${accepted}.`);
}

/** The source of a text, as an error names it. */
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

function textOfForm(body: Buffer): string {
  // `curl -d` says that everything is a form.
  const hint =
    'The body was read as a form, and has no field "data"; send data=<text>, or set Content-Type to application/json or text/plain.';
  return textOfField(body.toString('latin1'), hint);
}

/** The text under `data` in a query string. Throws `BAD_INPUT`. */
function textOfQuery(query: string): string {
  return textOfField(query, 'The query has no data; ask for /v1?data=<text>.');
}

function textOfField(encoded: string, hint: string): string {
  const field = dataField(encoded);
  if (typeof field === 'string') return field;
  if (field === undefined) throw badInput('no field data', hint);
  throw badInput('not UTF-8', 'The field "data" is not valid UTF-8; send é as %C3%A9, for example.');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
