import type { FastifyReply } from 'fastify';

/** Adds a request header that decides about this answer to those that others have named. */
export function addVary(reply: FastifyReply, name: string): FastifyReply {
  const named = reply.getHeader('vary');
  return reply.header('vary', named === undefined ? name : `${named}, ${name}`);
}
