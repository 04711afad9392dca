import { hash } from 'node:crypto';
import fresh from 'fresh';
import type { ApiParts } from '../api-parts.ts';
import { textOfQuery } from '../body/request-text.ts';
import { headerLines } from '../head.ts';
import { errorResponses, headerRefs, requestIdParameter, shoutSuccess } from '../openapi-parts.ts';
import type { Route } from '../router.ts';
import { shoutAnswer } from '../shout-answer.ts';

const FOR_GOOD = 'public, max-age=31536000, immutable';
const cachingHeaders = headerRefs('ETag', 'CacheControl');

/** GET a string's answer: the form that browsers and CDNs can keep for good, because an answer never changes. */
export const shoutGet: Route<ApiParts> = {
  async handle(exchange, { reverseShout }) {
    const { headers } = exchange.request;
    const { query } = exchange.target;
    const found = reverseShout(textOfQuery(query), exchange);
    const shout = found instanceof Promise ? await exchange.wait(found, query.length) : found;
    const answer = { ...shoutAnswer(shout, headers.accept), vary: 'Accept' };
    if (shout.source === 'local') {
      return exchange.answer({ ...answer, headers: `${answer.headers}cache-control: no-store\r\n` });
    }
    const etag = `"${hash('sha256', answer.body, 'base64url')}"`;
    const caching = headerLines({ 'cache-control': FOR_GOOD, etag });
    if (fresh(headers, { etag })) return exchange.answer({ status: 304, headers: caching, vary: 'Accept' });
    exchange.answer({ ...answer, headers: answer.headers + caching });
  },
  operation: {
    operationId: 'shoutCacheable',
    summary: 'Reverse and shout a text that may be cached',
    description:
      'The same answer in a form that browsers and CDNs keep for good. Texts in URLs end up in logs: POST private ones.',
    tags: ['shout'],
    parameters: [
      {
        name: 'data',
        in: 'query',
        required: true,
        description: 'Any text, the empty one included.',
        schema: { type: 'string' },
        example: 'hello',
      },
      {
        name: 'If-None-Match',
        in: 'header',
        description: 'The `ETag` of the answer that you have.',
        schema: { type: 'string' },
      },
      requestIdParameter,
    ],
    responses: {
      200: shoutSuccess(cachingHeaders),
      304: {
        description: 'You have the answer already.',
        headers: { ...headerRefs('X-Request-Id'), ...cachingHeaders },
      },
      ...errorResponses(504),
    },
  },
};
