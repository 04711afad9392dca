import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifySchema } from 'fastify';
import { systemClock } from '../../core/clock.ts';
import { apiRoutes, type RouteParts } from '../api-routes.ts';
import type { JsonSchema } from '../schemas.ts';

export type OpenApiDocument = Exclude<ReturnType<FastifyInstance['swagger']>, string>;

/** The OpenAPI 3.1 document of the public API, made from the schemas of its routes. */
export async function openApiDocument(version: string): Promise<OpenApiDocument> {
  const server = Fastify();
  server.register(swagger, {
    openapi: about(version),
    transform: ({ schema, url }) => ({ schema: withRequestId(schema), url }),
  });
  // The routes are only looked at here, never asked.
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => JSON.stringify);
  server.register(async (api) => apiRoutes(api, UNUSED_PARTS, { ...UNUSED_LIMITS, version }));
  await server.ready();
  return server.swagger({ yaml: false });
}

function about(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'tuohs',
      version,
      summary: 'Reverses and shouts a text.',
      description:
        'A small gateway that gives a dependable answer from SHOUTCLOUD, an undependable upstream. ' +
        'Every error has the same shape and a stable `code`. Where the service limits requests, every answer has the `RateLimit-…` headers of a 429.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This service.' }],
    security: [],
    tags: [
      { name: 'shout', description: 'Texts and their answers.' },
      { name: 'service', description: 'The service itself.' },
    ],
  };
}

/** Any request may have it; no route looks at it. */
function withRequestId(schema: FastifySchema): FastifySchema {
  const { properties = {} } = (schema?.headers ?? {}) as Partial<JsonSchema>;
  return {
    ...schema,
    headers: { type: 'object', properties: { ...properties, 'X-Request-Id': requestIdHeader } },
  };
}

const requestIdHeader: JsonSchema = {
  type: 'string',
  description: 'Your own id for the request: up to 64 letters, digits, `-` and `_`. Any other is replaced.',
};

const UNUSED_PARTS: RouteParts = {
  parseBody: async () => undefined,
  reverseShout: () => Promise.reject(new Error('the routes are only described')),
  draining: new AbortController().signal,
  clock: systemClock,
  emit: () => {},
};

const UNUSED_LIMITS = { maxBodyBytes: 0, slowClientMs: 0, maxBulkLines: 0 };
