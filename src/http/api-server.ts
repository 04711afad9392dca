import type { World } from '../core/events.ts';
import type { ReverseShout } from '../core/reverse.ts';
import type { OpenApiDocument } from '../openapi/document.ts';
import { shoutOperation } from '../openapi/operations.ts';
import { pages } from '../web/pages.ts';
import type { ApiParts } from './api-parts.ts';
import { bulkWindow } from './bulk-lines.ts';
import { type HttpServer, httpServer, type ServerOptions, type ServerParts } from './http-server.ts';
import type { Admission } from './limits/admission.ts';
import { type QuotaOptions, quotas, type RequestCounter } from './limits/quota.ts';
import { problemFor, problems } from './problem.ts';
import type { RouteTable } from './router.ts';
import { type Breakable, breakRoutes } from './routes/break.ts';
import { bulk } from './routes/bulk.ts';
import { health, status } from './routes/health.ts';
import { assets, home, openApi, reference, referenceFiles } from './routes/pages.ts';
import { shoutGet, shoutPost } from './routes/shout.ts';

export interface ApiOptions extends ServerOptions, QuotaOptions {
  readonly version: string;
  /** The URL of the source code of this build, if it is known. */
  readonly source?: string | undefined;
  readonly maxBodyBytes: number;
  readonly maxBulkBytes: number;
  /** How many lines of all bulk requests together can be in flight. */
  readonly maxBulkLines: number;
  /** The number of short lines that a line of this size counts as. A long line takes more room in a batch, so it counts as several. */
  readonly placesOfLine: (bytes: number) => number;
}

export interface ApiServerParts extends Pick<ServerParts<ApiParts>, 'draining' | 'traced' | 'nextTurn'> {
  readonly reverseShout: ReverseShout;
  readonly upstream: ApiParts['upstream'];
  /** The embedded SHOUTCLOUD server, if there is one. */
  readonly breakable?: Breakable | undefined;
  readonly admission: Admission;
  readonly requestCounter: RequestCounter;
}

const { operation: _, ...undescribedGet } = shoutGet;

/**
 * All routes of the public port. 404, 405, HEAD, the answers to preflights, and the OpenAPI document are made
 * from this table. `/v1/` does the same as `/v1`, but is not in the document.
 */
const API_ROUTES: RouteTable<ApiParts> = {
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

/** Makes the server of the public API. It does not listen yet. */
export function apiServer(
  { reverseShout, upstream, breakable, requestCounter, ...parts }: ApiServerParts,
  options: ApiOptions,
  world: World,
): HttpServer {
  const { version, source, maxBodyBytes, maxBulkBytes, maxBulkLines, placesOfLine } = options;
  return httpServer(
    {
      ...parts,
      table: breakable ? { ...API_ROUTES, ...breakRoutes(breakable) } : API_ROUTES,
      takeFromQuota: quotas(requestCounter, options),
      parts: {
        ...world,
        ...{ reverseShout, upstream, version, maxBodyBytes, maxBulkBytes },
        bulkWindow: bulkWindow(maxBulkLines, placesOfLine),
        pages: pages(() => describeApi(version), { version, source, isBreakable: breakable !== undefined }),
      },
    },
    options,
    world,
  );
}

/** Makes the OpenAPI document of the public API. Its code is loaded on demand, because answering requests does not need it. */
export async function describeApi(version: string): Promise<OpenApiDocument> {
  const { openApiDocument } = await import('../openapi/document.ts');
  return openApiDocument(API_ROUTES, { table: problems, answerFor: problemFor }, version);
}
