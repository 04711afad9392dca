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
      const { html, policy } = await pages.playground();
      return sendFile(exchange, html, { cacheControl: 'no-cache', policy, vary: 'Accept' });
    }
    exchange.answer({
      headers: headerLines({ 'content-type': 'application/json' }),
      body: JSON.stringify(apiIndex(version)),
      vary: 'Accept',
    });
  },
  operation: homeOperation,
};
