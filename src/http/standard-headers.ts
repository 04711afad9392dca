import type { FastifyReply, FastifyRequest } from 'fastify';

// Nothing we answer is a page that may run, frame or embed anything, unless its route says otherwise.
export const STANDARD_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

/** The headers that every answer has. */
export function setStandardHeaders(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.headers(STANDARD_HEADERS).header('x-request-id', request.id);
}
