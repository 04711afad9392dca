import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import { requestId } from '../request-id.ts';
import { setStandardHeaders } from '../standard-headers.ts';
import { openApiDocument } from './openapi-document.ts';

/** What the page of the reference needs of its own origin; nothing comes from anywhere else. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

// The plugin's types lag behind OpenAPI 3.1, which it renders.
type StaticDocument = StaticDocumentSpec['document'];

/** Serves `/docs` and `/openapi.json`; a server of its own, so that the API starts without it. */
export async function docsServer(version: string): Promise<FastifyInstance> {
  const document = await openApiDocument(version);
  const server = Fastify({ genReqId: ({ headers }) => requestId(headers['x-request-id']) });
  server.addHook('onRequest', async (request, reply) => {
    setStandardHeaders(request, reply).header('cache-control', 'no-cache');
  });
  server.get('/openapi.json', (_request, reply) =>
    reply.header('content-type', 'application/json').send(Buffer.from(JSON.stringify(document))),
  );
  server.register(swagger, { mode: 'static', specification: { document: document as StaticDocument } });
  server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_POLICY,
    uiConfig: { tryItOutEnabled: true, displayRequestDuration: true, validatorUrl: null },
    theme: { title: 'tuohs API' },
  });
  await server.ready();
  return server;
}
