import { crc32 } from 'node:zlib';
import type { Shout } from '../../core/shouter.ts';
import { stringBytes } from '../../core/text-values.ts';
import { shoutGetOperation } from '../../openapi/operations.ts';
import type { ApiParts } from '../api-parts.ts';
import { free } from '../body-pieces.ts';
import type { Exchange } from '../exchange.ts';
import { type Answer, isKnownTo, type Outcome, preferredType } from '../message.ts';
import { textOfQuery, textReader } from '../request-text.ts';
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

/** GET the answer for a string. Browsers and CDNs can keep it for good, because an answer never changes. */
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

/** The answer to a text, now or later. Throws `OVERLOADED` if there is no room to hold the text. */
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

/** The Cache-Status header (RFC 9211) of an answered string. It says where the answer came from. */
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
