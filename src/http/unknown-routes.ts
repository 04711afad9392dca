import type { FastifyInstance } from 'fastify';
import { TuohsError } from '../core/errors.ts';
import type { MethodsAt } from './route-methods.ts';

/** Refuses unknown paths with 404, and known ones asked by another method with 405 and `Allow`, before any body is read. */
export function refuseUnknownRoutes(server: FastifyInstance, methodsAt: MethodsAt): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const allowed = methodsAt(request.url);
    if (allowed === undefined) throw new TuohsError('NOT_FOUND', 'no such path');
    reply.header('allow', allowed.join(', '));
    throw new TuohsError('METHOD_NOT_ALLOWED', 'no such method here');
  });
}
