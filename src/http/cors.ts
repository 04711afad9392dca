import type { RequestListener } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { MethodsAt } from './route-methods.ts';

/** The sites whose pages may read our answers: their origins, or only `*` for all sites. */
export type Origins = readonly string[];

// What pages may read beside the few headers that every page may.
const EXPOSED = [
  'Cache-Status',
  'ETag',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'X-Request-Id',
].join(', ');

const PREFLIGHT_HEADERS = {
  'access-control-allow-headers': 'Content-Type, X-Request-Id',
  // Chromium remembers no longer than these two hours.
  'access-control-max-age': '7200',
};

/**
 * Lets pages of these sites read every answer of the listener, refusals of any kind included: an answer without the
 * headers looks like a broken network to them. All answers say that they vary, so that no page gets from a cache what
 * was stored for another.
 */
export function readableFrom(origins: Origins, listener: RequestListener): RequestListener {
  return (request, response) => {
    response.setHeader('vary', 'Origin');
    const origin = allowedOrigin(origins, request.headers.origin);
    if (origin !== undefined) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-expose-headers', EXPOSED);
    }
    listener(request, response);
  };
}

/** Answers what browsers ask for such a page before a request (Fetch standard, "CORS-preflight request"), with 204. */
export function answerPreflights(server: FastifyInstance, origins: Origins, methodsAt: MethodsAt): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { method, headers, url } = request;
    const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
    if (!isPreflight || allowedOrigin(origins, headers.origin) === undefined) return done();
    const methods = methodsAt(url);
    if (methods === undefined) return done();
    reply.code(204).headers(PREFLIGHT_HEADERS).header('access-control-allow-methods', methods.join(', '));
    reply.send();
  });
}

function allowedOrigin(origins: Origins, origin: string | undefined): string | undefined {
  return origins.find((allowed) => allowed === '*' || allowed === origin);
}
