import Negotiator from 'negotiator';
import type { Shout } from '../core/shouter.ts';
import type { HeaderLines } from './node-http.ts';

/** A whole answer. */
export interface Answer {
  /** 200 unless given. */
  readonly status?: number;
  readonly headers: HeaderLines;
  /** A 304 has none, and no `Content-Length`. */
  readonly body?: string | Buffer;
  /** The request header that decides about this answer, for caches. */
  readonly vary?: string;
  /** The Content-Security-Policy of a page; any other answer allows nothing. */
  readonly policy?: string;
}

const TEXT = 'text/plain';

const JSON_TYPE = 'content-type: application/json\r\ncache-status: ';
const TEXT_TYPE = 'content-type: text/plain; charset=utf-8\r\ncache-status: ';

/** The answer for a string: JSON, or the text alone if the caller prefers `text/plain`. */
export function shoutAnswer(shout: Shout, accept: string | undefined): Answer & { readonly body: string } {
  const isText = preferredType(accept, ['application/json', TEXT]) === TEXT;
  return {
    headers: `${isText ? TEXT_TYPE : JSON_TYPE}${cacheStatus(shout)}\r\n`,
    body: isText ? shout.text : shoutBody(shout),
  };
}

/** The JSON of an answered string. */
export function shoutBody({ text }: Pick<Shout, 'text'>): string {
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

/**
 * Which of these media types an `Accept` header prefers (RFC 9110 §12.5.1). The first is the answer to a missing header,
 * to a tie and to one that names none of them.
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  types: readonly [Type, ...Type[]],
): Type {
  const [first] = types;
  // Programs send these.
  if (accept === undefined || accept === '*/*' || accept === first) return first;
  const preferred = new Negotiator({ headers: { accept } }).mediaType([...types]);
  return types.find((type) => type === preferred) ?? first;
}

/** The first of these encodings that the client takes; `undefined` if it takes none. */
export function acceptedEncoding<Encoding extends string>(
  acceptEncoding: string | undefined,
  encodings: readonly Encoding[],
): Encoding | undefined {
  if (acceptEncoding === undefined || encodings.length === 0) return undefined;
  const accepted = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } }).encodings([
    ...encodings,
  ]);
  return encodings.find((encoding) => accepted.includes(encoding));
}
