import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.ts';

/** The sites whose pages may read our answers: their origins, or only `*` for all sites. */
export type Origins = readonly string[];

/** What pages of other sites may do (Fetch standard, "CORS protocol"). Credentials are never allowed: there are none. */
export interface CrossOrigin {
  /** The first allowed origin. It is in the answer to a request whose own origin cannot be read; the browser compares it. */
  readonly first: string | undefined;
  /** The headers that let the page of this request read its answer. */
  headersFor(request: Pick<IncomingMessage, 'headers'>): Answer['headers'];
  /** The answer to a preflight of such a page; `undefined` if the request is not a preflight. */
  preflight(request: IncomingMessage, methods: string): Answer | undefined;
}

/** The headers that pages can read in addition to the few that every page can read. */
const EXPOSED =
  'Cache-Status, ETag, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id';

/**
 * The headers that pages can send: ours, and those of caches, traces and proxies that check the caller. The star stands for any
 * other header, because our client lets its caller add some. Browsers ignore it for requests with credentials. Old browsers do
 * not know it.
 */
const ACCEPTED =
  'Content-Type, X-Request-Id, If-None-Match, traceparent, tracestate, baggage, Authorization, *';

// Chromium remembers a preflight for two hours at most.
const MAX_AGE_S = '7200';

/** Lets pages of these sites read every answer. Without these headers, a page cannot tell an answer from a network failure. */
export function crossOrigin(origins: Origins): CrossOrigin {
  return {
    first: origins[0],
    headersFor({ headers }) {
      const origin = allowed(headers.origin);
      if (origin === undefined) return {};
      return {
        'access-control-allow-origin': origin,
        'access-control-expose-headers': EXPOSED,
      };
    },
    preflight({ method, headers }, methods) {
      const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
      if (!isPreflight || allowed(headers.origin) === undefined) return undefined;
      return {
        status: 204,
        headers: {
          'access-control-allow-methods': methods,
          'access-control-allow-headers': ACCEPTED,
          'access-control-max-age': MAX_AGE_S,
        },
      };
    },
  };

  function allowed(origin: string | undefined): string | undefined {
    return origins.find((each) => each === '*' || each === origin);
  }
}
