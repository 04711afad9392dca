import type { FastifyServerOptions } from 'fastify';

/**
 * Requests are checked and answers made by hand; their schemas only describe them. So the framework's compilers, a
 * fifth of what a start loads, stay out.
 */
export const describedOnly = {
  compilersFactory: { buildValidator: () => () => () => true, buildSerializer: () => () => JSON.stringify },
} as unknown as NonNullable<FastifyServerOptions['schemaController']>;
