import { crc32 } from 'node:zlib';
import fresh from 'fresh';
import type { Shout } from '../../core/shouter.ts';
import { shoutGetOperation } from '../../openapi/operations.ts';
import { shoutAnswer } from '../answer.ts';
import type { ApiParts } from '../api-parts.ts';
import { free } from '../body/request-body.ts';
import { textOfQuery, textReader } from '../body/request-text.ts';
import type { Exchange } from '../exchange.ts';
import { headerLines } from '../node-http.ts';
import type { Route } from '../router.ts';

/** To read, reverse and look up a text of this size takes about a millisecond at worst. */
const LARGE_BYTES = 16_384;

/** POST a string, as JSON, as a form or as plain text. */
export const shoutPost: Route<ApiParts> = {
  handle(exchange, { reverseShout, maxBodyBytes, nextTurn }) {
    const textOf = textReader(exchange.request.headers);
    return exchange.readBody(maxBodyBytes, (body) =>
      body.length > LARGE_BYTES ? nextTurn(body.length).then(() => answer(body)) : answer(body),
    );

    function answer(body: Buffer): void | Promise<void> {
      const { length } = body;
      const shout = reverseShout(textOf(body), exchange);
      free([body]);
      if (shout instanceof Promise) return exchange.wait(shout, length).then(send);
      send(shout);
    }

    function send(shout: Shout): void {
      exchange.answer(shoutAnswer(shout, exchange.request.headers.accept));
    }
  },
};

/** GET a string's answer: the form that browsers and CDNs can keep for good, because an answer never changes. */
export const shoutGet: Route<ApiParts> = {
  handle(exchange, { reverseShout }) {
    const { query } = exchange.target;
    const shout = reverseShout(textOfQuery(query), exchange);
    if (!(shout instanceof Promise)) return sendCacheable(shout, exchange);
    return exchange.wait(shout, query.length).then((late) => sendCacheable(late, exchange));
  },
  operation: shoutGetOperation,
};

const FOR_GOOD = headerLines({ 'cache-control': 'public, max-age=31536000, immutable' });
const NO_STORE = headerLines({ 'cache-control': 'no-store' });

function sendCacheable(shout: Shout, exchange: Exchange): void {
  const { headers: asked } = exchange.request;
  const { headers, body } = shoutAnswer(shout, asked.accept);
  const vary = 'Accept';
  if (shout.source === 'local') return exchange.answer({ headers: headers + NO_STORE, body, vary });
  const etag = `"${body.length.toString(36)}-${crc32(body).toString(36)}"`;
  const caching = `${FOR_GOOD}etag: ${etag}\r\n`;
  if (fresh(asked, { etag })) return exchange.answer({ status: 304, headers: caching, vary });
  exchange.answer({ headers: headers + caching, body, vary });
}
