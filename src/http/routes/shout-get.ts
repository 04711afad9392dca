import { crc32 } from 'node:zlib';
import fresh from 'fresh';
import type { Shout } from '../../core/shouter.ts';
import { shoutGetOperation } from '../../openapi/operations.ts';
import type { ApiParts } from '../api-parts.ts';
import { textOfQuery } from '../body/request-text.ts';
import { headerLines } from '../head.ts';
import type { Route } from '../router.ts';
import { shoutAnswer } from '../shout-answer.ts';

const FOR_GOOD = headerLines({ 'cache-control': 'public, max-age=31536000, immutable' });
const NO_STORE = headerLines({ 'cache-control': 'no-store' });

/** GET a string's answer: the form that browsers and CDNs can keep for good, because an answer never changes. */
export const shoutGet: Route<ApiParts> = {
  handle(exchange, { reverseShout }) {
    const { query } = exchange.target;
    const shout = reverseShout(textOfQuery(query), exchange);
    if (shout instanceof Promise) return exchange.wait(shout, query.length).then(send);
    return send(shout);

    function send(shout: Shout): void {
      const { headers: asked } = exchange.request;
      const { headers, body } = shoutAnswer(shout, asked.accept);
      const vary = 'Accept';
      if (shout.source === 'local') return exchange.answer({ headers: headers + NO_STORE, body, vary });
      const etag = `"${body.length.toString(36)}-${crc32(body).toString(36)}"`;
      const caching = `${FOR_GOOD}etag: ${etag}\r\n`;
      if (fresh(asked, { etag })) return exchange.answer({ status: 304, headers: caching, vary });
      exchange.answer({ headers: headers + caching, body, vary });
    }
  },
  operation: shoutGetOperation,
};
