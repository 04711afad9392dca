import type { FastifyInstance } from 'fastify';
import type { World } from '../../core/events.ts';
import { loadOnce } from '../load-once.ts';

/** The API reference, its document and what its page needs: loaded at the first request for any of them. */
export function docs(
  server: FastifyInstance,
  { emit }: Pick<World, 'emit'>,
  { version }: { version: string },
): void {
  const docsServer = loadOnce(async () => {
    const module = await import('../docs/docs-server.ts');
    return module.docsServer({ version }, { emit });
  });

  for (const path of ['/docs', '/docs/*', '/openapi.json']) {
    server.get(path, {
      schema: { hide: true },
      async handler(request, reply) {
        const { routing } = await docsServer();
        // One request, so one id, and what was decided about its answer so far holds.
        request.raw.headers['x-request-id'] = request.id;
        reply.raw.setHeaders(new Map(Object.entries(reply.getHeaders())) as Map<string, string>);
        reply.hijack();
        routing(request.raw, reply.raw);
      },
    });
  }
}
