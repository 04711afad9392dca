import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import fresh from 'fresh';
import Negotiator from 'negotiator';

/** A whole answer. */
export interface Answer {
  /** 200 by default. */
  readonly status?: number;
  /** The values are not checked again: they are ours, or were checked when they came in. */
  readonly headers: Readonly<Record<string, string>>;
  /** A 304 has no body, and no `Content-Length` either. A `Buffer` is a file in memory, shared by all answers. */
  readonly body?: string | Buffer;
  /** The request header that this answer depends on, for caches. */
  readonly vary?: string;
  /** The Content-Security-Policy of a page. Without it, the answer can load and run nothing. */
  readonly policy?: string;
}

/** The result of a step of the work: the answer, or nothing if the answer comes later or in pieces. */
export type Outcome = Answer | undefined | Promise<Answer | undefined>;

/**
 * A longer `Accept` or `Accept-Encoding` is ignored: sorting 1,000 characters of it takes 0.15 ms, and browsers
 * send 150 characters.
 */
const MOST_CHARACTERS = 300;

/**
 * Returns the media type that an `Accept` header prefers (RFC 9110 §12.5.1). The default is the first type.
 * It is used if the header is missing, names none of the types, or prefers several of them equally.
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  types: readonly [Type, ...Type[]],
): Type {
  const [first] = types;
  // A shortcut, because most programs send one of these.
  if (accept === undefined || accept === '*/*' || accept === first) return first;
  if (accept.length > MOST_CHARACTERS) return first;
  // All our answers are UTF-8, but Negotiator would match `charset=utf-8` only with a type that has this parameter.
  const withoutCharset = accept.replace(/;\s*charset=[^;,]*/gi, '');
  const preferred = new Negotiator({ headers: { accept: withoutCharset } }).mediaType([...types]);
  return types.find((type) => type === preferred) ?? first;
}

/** The first of these encodings that the client accepts; `undefined` if it accepts none. */
export function acceptedEncoding(
  header: string | undefined,
  encodings: readonly string[],
): string | undefined {
  if (header === undefined || header.length > MOST_CHARACTERS || encodings.length === 0) return undefined;
  const accepted = new Negotiator({ headers: { 'accept-encoding': header } }).encodings([...encodings]);
  return encodings.find((encoding) => accepted.includes(encoding));
}

/** Whether the client has the answer with this ETag (RFC 9110 §13.1.2). Ignores `Cache-Control: no-cache`, which is meant for caches. */
export function isKnownTo({ 'if-none-match': known }: IncomingHttpHeaders, etag: string): boolean {
  return fresh({ 'if-none-match': known }, { etag });
}

/** The client's own id, if it can be copied into the answer, the logs and error bodies. */
export function harmlessId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w-]{1,64}$/.test(header) ? header : undefined;
}

/**
 * If a body came through a proxy, the work on it waits for this long. If an answer begins before a proxy written
 * in Go has noticed that it has sent the whole request, the proxy drops the rest of the answer (ADR 0027).
 */
export const PROXY_MS = 2;

/** A body of at most this many bytes is worked on at once. Its answer is usually so short that a proxy in Go passes on all of it. */
const SHORT_BODY = 2048;

/** Whether the work on a body of this many bytes waits: behind a proxy, if the body is long or the answer is streamed. */
export function waitsForProxy(headers: IncomingHttpHeaders, bytes: number, isStreamed: boolean): boolean {
  if (!isStreamed && bytes <= SHORT_BODY) return false;
  return ['x-forwarded-for', 'forwarded', 'via'].some((name) => headers[name] !== undefined);
}

/** The standard methods (RFC 9110 §9, RFC 5789). All others share one label, because each label makes a time series. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']);

export function methodLabel(method = ''): string {
  return METHODS.has(method) ? method : '_OTHER';
}

/** The characters that every head has in addition to its method, target and headers. */
const FRAME = '  HTTP/1.1\r\n\r\n';

/** The size of a head in bytes, if its lines are written as `Name: value`. `length` is the length of its target and headers. */
export function headBytes({ method, rawHeaders }: IncomingMessage, length: number): number {
  return (method?.length ?? 0) + FRAME.length + length + 2 * rawHeaders.length;
}

/** The characters of a host and its port (RFC 3986 §3.2.2). */
const HOST = /^[\w.~!$&'()*+,;=:%[\]-]*$/;

/**
 * Returns what to send instead if `Host` is missing, repeated or malformed (RFC 9112 §3.2), if the version is
 * not HTTP/1, or if the transfer coding is not `chunked`. HTTP/1.0 must have no transfer coding (§6.1).
 */
export function framingFault(request: IncomingMessage): string | undefined {
  const { host = '', 'transfer-encoding': coding } = request.headers;
  const isHttp10 = request.httpVersionMinor === 0;
  if (request.httpVersionMajor !== 1 || (isHttp10 && coding !== undefined))
    return 'Send the request as HTTP/1.1.';
  if (!isHttp10 && !(HOST.test(host) && countHosts(request) === 1))
    return 'Send one Host header with a name and, if needed, a port.';
  if (coding !== undefined && !/^chunked$/i.test(coding))
    return 'Send the body with Content-Length, or chunked and nothing else.';
  return undefined;
}

/** Node keeps only the first of several `Host` headers, so this counts the raw headers. */
function countHosts({ rawHeaders }: IncomingMessage): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count;
}
