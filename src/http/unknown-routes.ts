import type { FastifyInstance } from 'fastify';
import { TuohsError } from '../core/errors.ts';

/** Refuses unknown paths with 404, and known ones asked by another method with 405 and `Allow`, before any body is read. */
export function refuseUnknownRoutes(server: FastifyInstance): void {
  const methodsOf = new Map<string, string[]>();
  server.addHook('onRoute', ({ url, method }) => {
    methodsOf.set(url, (methodsOf.get(url) ?? []).concat(method));
  });
  server.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const allowed = methodsOf.get(request.url.replace(/[?#].*/, ''));
    if (allowed === undefined) throw new TuohsError('NOT_FOUND', 'no such path');
    reply.header('allow', allowed.join(', '));
    throw new TuohsError('METHOD_NOT_ALLOWED', 'no such method here');
  });
}
