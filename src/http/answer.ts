import type { Shout } from '../core/shouter.ts';
import { preferredType } from './accept.ts';
import type { HeaderLines } from './node-http.ts';

/** A whole answer. */
export interface Answer {
  /** 200 unless given. */
  readonly status?: number;
  readonly headers: HeaderLines;
  /** Without one there is no `Content-Length` either (304). */
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
