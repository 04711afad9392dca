import type { OpenAPIV3_1 } from 'openapi-types';

export type Schema = OpenAPIV3_1.SchemaObject;
type Response = OpenAPIV3_1.ResponseObject;
type Reference = OpenAPIV3_1.ReferenceObject;
type Content = NonNullable<Response['content']>;
type Headers = NonNullable<Response['headers']>;

/** The names of the shared answers to errors, by status. `document.ts` describes each answer once. */
export const ERROR_RESPONSES = {
  400: 'BadInput',
  408: 'RequestTimeout',
  413: 'TooLarge',
  429: 'RateLimited',
  431: 'HeadersTooLarge',
  500: 'Internal',
  503: 'Unavailable',
  504: 'UpstreamTimeout',
} as const;

type ErrorStatus = keyof typeof ERROR_RESPONSES;

/** The errors that an operation can answer with, besides those of every route. */
export function errorResponses(...statuses: readonly ErrorStatus[]): Record<string, Reference> {
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/${ERROR_RESPONSES[status]}` }]),
  );
}

export function schemaRef(name: string): Reference {
  return { $ref: `#/components/schemas/${name}` };
}

/** A JSON body that follows a shared schema. */
export function json(schema: string, example: unknown): Content {
  return { 'application/json': { schema: schemaRef(schema), example } };
}

/** References to the shared descriptions of these headers. */
export function headerRefs(...names: readonly string[]): Headers {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** A good answer, with the headers that every answer has. */
export function success(description: string, content: Content, headers: Headers = {}): Response {
  return { description, headers: { ...headerRefs('X-Request-Id'), ...headers }, content };
}
