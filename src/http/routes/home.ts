import type { FastifyInstance } from 'fastify';
import { sendJson } from '../answer.ts';

/** The way in: what there is to ask, and where. */
export function home(server: FastifyInstance, { version }: { version: string }): void {
  server.get('/', {
    handler(_request, reply) {
      return sendJson(reply, {
        name: 'tuohs',
        version,
        about: 'Answers a string reversed and upper-cased.',
        links: {
          shout: { method: 'POST', href: '/v1', body: { data: 'hello' } },
          cacheable: { method: 'GET', href: '/v1?data=hello' },
          health: { method: 'GET', href: '/health' },
        },
      });
    },
  });
}
