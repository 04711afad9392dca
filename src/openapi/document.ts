import type { OpenAPIV3_1 } from 'openapi-types';
import { type ErrorCode, TuohsError } from '../core/errors.ts';
import type { Operation } from './operations.ts';
import { ERROR_RESPONSES, errorResponses, headerRefs, json, type Schema, schemaRef } from './parts.ts';

export interface OpenApiDocument extends Omit<OpenAPIV3_1.Document, 'paths'> {
  readonly paths: Readonly<Record<string, PathItem>>;
}

type PathItem = Partial<Record<'get' | 'post', Operation>>;

/** The description of each route, by path and method. */
export type DescribedRoutes = Readonly<Record<string, Partial<Record<'GET' | 'POST', DescribedRoute>>>>;

interface DescribedRoute {
  readonly operation?: Operation;
  readonly isFree?: true;
}

/** The table of errors, and a function that makes the HTTP answer for an error. */
export interface DescribedErrors {
  readonly table: Readonly<Record<ErrorCode, { readonly status: number; readonly when: string }>>;
  answerFor(
    error: TuohsError,
    requestId: string,
  ): { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

/** The OpenAPI 3.1 document of a table of routes. It describes every route that has an `operation`. */
export function openApiDocument(
  table: DescribedRoutes,
  errors: DescribedErrors,
  version: string,
): OpenApiDocument {
  const paths: Record<string, PathItem> = {};
  for (const [path, { GET, POST }] of Object.entries(table)) {
    const item: PathItem = {};
    if (GET?.operation) item.get = completed(GET.operation, GET);
    if (POST?.operation) item.post = completed(POST.operation, POST);
    if (Object.keys(item).length > 0) paths[path] = item;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'tuohs',
      version,
      summary: 'Reverses and shouts a text.',
      description:
        'A small gateway in front of SHOUTCLOUD. It stays reliable even when SHOUTCLOUD is not. ' +
        'Every error has the same shape and a stable `code`. If the service limits requests, every answer that counts against the quota has the `RateLimit-…` headers.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This service.' }],
    security: [],
    tags: [
      { name: 'shout', description: 'Texts and their answers.' },
      { name: 'service', description: 'The service itself.' },
    ],
    paths,
    components: {
      schemas: schemas(Object.keys(errors.table)),
      headers,
      parameters: {
        RequestId: {
          name: 'X-Request-Id',
          in: 'header',
          description:
            'Your own id for the request: up to 64 letters, digits, `-` and `_`. Any other id is replaced.',
          schema: { type: 'string' },
        },
      },
      responses: Object.fromEntries(
        Object.entries(ERROR_RESPONSES).map(([status, name]) => [name, problem(errors, Number(status))]),
      ),
    },
  };
}

/** Adds what operations share: the request id, the errors that can come before the work, and 429 if the route has a quota. */
function completed(
  { parameters = [], responses, ...operation }: Operation,
  { isFree }: DescribedRoute,
): Operation {
  const quota = isFree ? {} : errorResponses(429);
  return {
    ...operation,
    parameters: [...parameters, { $ref: '#/components/parameters/RequestId' }],
    responses: { ...responses, ...errorResponses(400, 408, 431, 500, 503), ...quota },
  };
}

/** An object with these properties. All of them are required, except those in `optional`. */
function object(
  properties: Readonly<Record<string, Schema | ReturnType<typeof schemaRef>>>,
  { description, optional = [] }: { description?: string; optional?: readonly string[] } = {},
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', ...(description && { description }), required, properties };
}

function string(description?: string): Schema {
  return { type: 'string', ...(description && { description }) };
}

const text = string('Any text, the empty one included.');

const schemas = (errorCodes: string[]): Record<string, Schema> => ({
  ShoutRequest: object({ data: text }, { description: 'Nothing is converted. Other keys are ignored.' }),
  ShoutForm: object(
    { data: text },
    { description: 'If the field is repeated, the first one counts. Other fields are ignored.' },
  ),
  ShoutAnswer: object({ data: string('The text, reversed and upper-cased.') }),
  Index: object({
    name: string(),
    version: string(),
    about: string('What the service does, for a person.'),
    links: {
      type: 'object',
      description: 'The requests of the API, by name.',
      additionalProperties: schemaRef('Link'),
    },
  }),
  Link: object({ method: string(), href: string(), body: schemaRef('ShoutRequest') }, { optional: ['body'] }),
  Status: object({
    upstream: {
      type: 'string',
      enum: ['ok', 'failing', 'paused'],
      description:
        '`failing`: SHOUTCLOUD has failed so often that it gets no requests for a while. `paused`: it asked for a pause.',
    },
    version: string('The version of this service.'),
  }),
  ErrorCode: {
    type: 'string',
    description: 'What happened, for a program; the meaning of a code never changes.',
    enum: errorCodes,
  },
  Problem: object(
    {
      error: string('What happened, for a person.'),
      code: schemaRef('ErrorCode'),
      requestId: string('The `X-Request-Id` of this answer.'),
      detail: string('What was wrong with this request, and what to send instead.'),
    },
    { optional: ['detail'] },
  ),
});

const headers: Record<string, OpenAPIV3_1.HeaderObject> = {
  'X-Request-Id': header('string', 'The id of the request: your own, if you sent a valid one.'),
  'Retry-After': header('integer', 'Seconds to wait before trying again, from 1 to 60.'),
  'Cache-Status': header('string', 'Where the answer came from (RFC 9211), such as `tuohs; hit`.'),
  'Cache-Control': header('string', 'Caches can keep it for a year, but not errors and local answers.'),
  ETag: header('string', 'Changes with the answer; send it back as `If-None-Match`.'),
  'RateLimit-Limit': header('integer', 'How many requests you can send in a minute.'),
  'RateLimit-Remaining': header('integer', 'How many of them are left.'),
  'RateLimit-Reset': header('integer', 'Seconds to the next minute.'),
};

function header(type: 'string' | 'integer', description: string): OpenAPIV3_1.HeaderObject {
  return { description, schema: { type } };
}

/** The response for one status, with all its codes. */
function problem({ table, answerFor }: DescribedErrors, status: number): OpenAPIV3_1.ResponseObject {
  const codes = (Object.keys(table) as ErrorCode[]).filter((code) => table[code].status === status);
  const [first = 'INTERNAL'] = codes;
  const detail = DETAILS[first];
  const error = new TuohsError(first, 'example', detail === undefined ? {} : { detail });
  const example = answerFor(error, 'kInj0oMzsOJO-1');
  const names = ['X-Request-Id', 'Cache-Control'];
  if (example.headers['retry-after'] !== undefined) names.push('Retry-After');
  if (status === 429) names.push('RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset');
  return {
    description: codes.map((code) => `\`${code}\`: ${table[code].when}.`).join('\n\n'),
    headers: headerRefs(...names),
    content: json('Problem', JSON.parse(example.body)),
  };
}

const DETAILS: Partial<Record<ErrorCode, string>> = {
  BAD_INPUT: '"data" is a number; send a string.',
  TOO_LARGE: 'A body can have 262144 bytes at most.',
  RATE_LIMITED: 'The quota is 60 requests a minute.',
};
