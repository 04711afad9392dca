import type { FastifyInstance } from 'fastify';
import { TuohsError } from '../../core/errors.ts';
import type { ReverseShout } from '../../core/reverse-shout.ts';
import { Caller } from '../caller.ts';

/** Says that known strings are answered: `test` goes through the caches, and the upstream is asked only for the first. */
export function health(server: FastifyInstance, { reverseShout }: { reverseShout: ReverseShout }): void {
  server.get('/health', {
    async handler(_request, reply) {
      try {
        await reverseShout('test', new Caller(reply.raw));
      } catch (cause) {
        throw new TuohsError('UPSTREAM_UNREACHABLE', 'not even a known string is answered', { cause });
      }
      return reply.header('content-type', 'text/plain').header('cache-control', 'no-store').send('success');
    },
  });
}
