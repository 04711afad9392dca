import { apiIndex, homeOperation } from '../../openapi/operations.ts';
import { preferredType } from '../accept.ts';
import type { ApiParts } from '../api-parts.ts';
import { headerLines } from '../head.ts';
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
      body: JSON.stringify(apiIndex(version)),
      vary: 'Accept',
    });
  },
  operation: homeOperation,
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
