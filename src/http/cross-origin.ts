import type { IncomingMessage } from 'node:http';
import type { Answer } from './message.ts';

/** The sites whose pages are allowed to read our answers: their origins, or only `*` for all sites. */
export type Origins = readonly string[];

export type CrossOrigin = ReturnType<typeof crossOrigin>;

/** The headers that pages can read in addition to the few that every page can read. */
const EXPOSED =
  'Cache-Status, ETag, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id';

/**
 * The headers that pages can send: ours, and those of caches, traces and proxies that check the caller. `*`
 * allows all other headers, because our client lets its caller add some. Browsers ignore `*` for requests
 * with credentials, and old browsers do not know it.
 */
const ACCEPTED =
  'Content-Type, X-Request-Id, If-None-Match, traceparent, tracestate, baggage, Authorization, *';

// Chromium remembers a preflight for two hours at most.
const MAX_AGE_S = '7200';

/**
 * Lets pages of these sites read every answer (Fetch standard, "CORS protocol"). Without these headers, a
 * page cannot tell an answer from a network failure. Credentials are never allowed, because the API has none.
 */
export function crossOrigin(origins: Origins) {
  return {
    /** The first allowed origin, for a request whose own origin cannot be read. Browsers hide the answer from pages of other origins. */
    first: origins[0],
    /** The allowed origin that matches this one. It is our own string, because the given string can keep a whole packet in memory. */
    allowed,
    /** The headers that let the page of this request read its answer. */
    headersFor({ headers }: Pick<IncomingMessage, 'headers'>): Answer['headers'] {
      const origin = allowed(headers.origin);
      if (origin === undefined) return {};
      return {
        'access-control-allow-origin': origin,
        'access-control-expose-headers': EXPOSED,
      };
    },
    /** The answer to a preflight of an allowed page; `undefined` for any other request. */
    preflight({ method, headers }: IncomingMessage, methods: string): Answer | undefined {
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
