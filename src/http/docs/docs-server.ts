import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import { TuohsError } from '../../core/errors.ts';
import type { World } from '../../core/events.ts';
import { requestId } from '../request-id.ts';
import { sendProblem } from '../send-problem.ts';
import { openApiDocument } from './openapi-document.ts';
import { DOCS_POLICY, UI, withViewport } from './reference-page.ts';

// The plugin's types lag behind OpenAPI 3.1, which it renders.
type StaticDocument = StaticDocumentSpec['document'];

/** Serves `/docs` and `/openapi.json`; a server of its own, so that the API starts without it. */
export async function docsServer(
  { version }: { version: string },
  { emit }: Pick<World, 'emit'>,
): Promise<FastifyInstance> {
  const document = await openApiDocument(version);
  const json = Buffer.from(JSON.stringify(document));
  const server = Fastify({ genReqId: ({ headers }) => requestId(headers['x-request-id']) });

  server.setErrorHandler((error, request, reply) =>
    sendProblem({ emit }, isRefusal(error) ? noSuchPath(error) : error, request, reply),
  );
  server.setNotFoundHandler((request, reply) => sendProblem({ emit }, noSuchPath(undefined), request, reply));
  server.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-cache');
  });
  server.addHook('onSend', async (_request, _reply, payload) => withViewport(payload));
  server.get('/openapi.json', (_request, reply) =>
    reply.header('content-type', 'application/json').send(json),
  );
  server.register(swagger, { mode: 'static', specification: { document: document as StaticDocument } });
  server.register(swaggerUi, { routePrefix: '/docs', staticCSP: DOCS_POLICY, ...UI });
  await server.ready();
  return server;
}

/** The file server refuses paths that lead nowhere, or out of its folder, by statuses of its own. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500;
}

function noSuchPath(cause: unknown): TuohsError {
  return new TuohsError('NOT_FOUND', 'no such path', { cause });
}
