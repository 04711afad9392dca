import type { FastifyInstance } from 'fastify';
import type { ReverseShout } from '../../core/reverse-shout.ts';
import { Caller } from '../caller.ts';

/** Says that known strings are answered: `test` goes through the caches, and the upstream is asked only for the first. */
export function health(server: FastifyInstance, { reverseShout }: { reverseShout: ReverseShout }): void {
  server.get('/health', {
    async handler(_request, reply) {
      await reverseShout('test', new Caller(reply.raw));
      return reply.header('content-type', 'text/plain').header('cache-control', 'no-store').send('success');
    },
  });
}
