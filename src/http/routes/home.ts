import { preferredType } from '../accept.ts';
import type { ApiParts } from '../api-parts.ts';
import { headerLines } from '../head.ts';
import { errorResponses, requestIdParameter, success } from '../openapi-parts.ts';
import type { Route } from '../router.ts';
import { sendFile } from '../send-file.ts';

/** The way in: for a browser the playground, for anything else what there is to ask, and where. */
export const home: Route<ApiParts> = {
  isFree: true,
  async handle(exchange, { pages, version }) {
    const { accept } = exchange.request.headers;
    if (preferredType(accept, ['application/json', 'text/html']) === 'text/html') {
      const { html } = await pages.playground();
      return sendFile(exchange, html, { cacheControl: 'no-cache', policy: PAGE_POLICY, vary: 'Accept' });
    }
    exchange.answer({
      headers: headerLines({ 'content-type': 'application/json' }),
      body: JSON.stringify(index(version)),
      vary: 'Accept',
    });
  },
  operation: {
    operationId: 'home',
    summary: 'What there is to ask, and where',
    description: 'A browser, or anything else that prefers `text/html` to JSON, gets the playground.',
    tags: ['service'],
    parameters: [requestIdParameter],
    responses: {
      200: success(
        'The index, or the playground.',
        {
          'application/json': {
            schema: { $ref: '#/components/schemas/Index' },
            example: index('1.2.3'),
          },
          'text/html': { schema: { type: 'string' }, example: '<!doctype html>…' },
        },
        { Vary: { description: '`Accept`.', schema: { type: 'string' } } },
      ),
      ...errorResponses(),
    },
  },
};

/** What the page needs of its own origin, and nothing from anywhere else. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

function index(version: string): object {
  return {
    name: 'tuohs',
    version,
    about: 'Answers a string reversed and upper-cased.',
    links: {
      shout: { method: 'POST', href: '/v1', body: { data: 'hello' } },
      cacheable: { method: 'GET', href: '/v1?data=hello' },
      bulk: { method: 'POST', href: '/v1/bulk' },
      health: { method: 'GET', href: '/health' },
      reference: { method: 'GET', href: '/docs' },
      openapi: { method: 'GET', href: '/openapi.json' },
    },
  };
}
