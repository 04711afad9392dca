import type { FastifyInstance } from 'fastify';
import { TuohsError } from '../../core/errors.ts';
import type { ReverseShout } from '../../core/reverse-shout.ts';
import { Caller } from '../caller.ts';
import { responses } from '../responses.ts';

const schema = {
  operationId: 'health',
  summary: 'Whether known strings are answered',
  description: 'It asks for `test` through the caches. It does not say whether SHOUTCLOUD is well.',
  tags: ['service'],
  response: responses(
    {
      200: {
        description: 'They are.',
        content: { 'text/plain': { schema: { type: 'string', const: 'success' } } },
      },
    },
    ['UPSTREAM_UNREACHABLE'],
  ),
};

/** Says that known strings are answered: `test` goes through the caches, and the upstream is asked only for the first. */
export function health(server: FastifyInstance, { reverseShout }: { reverseShout: ReverseShout }): void {
  server.get('/health', {
    schema,
    async handler(_request, reply) {
      try {
        const { text } = await reverseShout('test', new Caller(reply.raw));
        if (text !== 'TSET') throw new Error('this is not the core');
      } catch (cause) {
        throw new TuohsError('UPSTREAM_UNREACHABLE', 'not even a known string is answered', { cause });
      }
      return reply.header('content-type', 'text/plain').header('cache-control', 'no-store').send('success');
    },
  });
}
