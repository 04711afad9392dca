import { shoutOperation } from '../openapi/operations.ts';
import type { ApiParts } from './api-parts.ts';
import type { RouteTable } from './router.ts';
import { bulk } from './routes/bulk.ts';
import { health, status } from './routes/health.ts';
import { assets, home, openApi, reference, referenceFiles } from './routes/pages.ts';
import { shoutGet, shoutPost } from './routes/shout.ts';

const { operation: _, ...undescribedGet } = shoutGet;

/**
 * Everything that the public port answers to. 404, 405, HEAD, the preflights and the OpenAPI document follow from it. `/v1/` is
 * the same as `/v1`, and is left out of the document.
 */
export const API_ROUTES: RouteTable<ApiParts> = {
  '/v1': { GET: shoutGet, POST: { ...shoutPost, operation: shoutOperation('shout') } },
  '/v1/': { GET: undescribedGet, POST: shoutPost },
  '/v1/bulk': { POST: bulk },
  '/v1/status': { GET: status },
  '/': { GET: home, POST: { ...shoutPost, operation: shoutOperation('shoutAtRoot') } },
  '/health': { GET: health },
  '/docs': { GET: reference },
  '/docs/*': { GET: referenceFiles },
  '/openapi.json': { GET: openApi },
  '/assets/*': { GET: assets },
};
