import type { FastifyInstance } from 'fastify';

/** The API reference, its document and what its page needs: loaded at the first request for any of them. */
export function docs(server: FastifyInstance, { version }: { version: string }): void {
  let loaded: Promise<FastifyInstance> | undefined;
  const docsServer = () => {
    loaded ??= import('../docs/docs-server.ts').then((module) => module.docsServer(version));
    return loaded;
  };

  for (const path of ['/docs', '/docs/*', '/openapi.json']) {
    server.get(path, {
      schema: { hide: true },
      async handler(request, reply) {
        const { routing } = await docsServer();
        reply.hijack();
        routing(request.raw, reply.raw);
      },
    });
  }
}
