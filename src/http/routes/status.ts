import { statusOperation } from '../../openapi/operations.ts';
import type { ApiParts } from '../api-parts.ts';
import { headerLines } from '../head.ts';
import type { Route } from '../router.ts';

/** How SHOUTCLOUD is doing, as far as its last answers tell: nobody asks it for this. */
export const status: Route<ApiParts> = {
  isFree: true,
  handle(exchange, { upstream, version }) {
    exchange.answer({
      headers: headerLines({ 'content-type': 'application/json', 'cache-control': 'no-store' }),
      body: JSON.stringify({ upstream: upstream(), version }),
    });
  },
  operation: statusOperation,
};
