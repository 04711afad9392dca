import type { OpenAPIV3_1 } from 'openapi-types';
import { errorResponses, headerRefs, json, schemaRef, success } from './parts.ts';

/** How the OpenAPI document describes a route. */
export type Operation = OpenAPIV3_1.OperationObject;

/** The description of `POST` on one of the paths. Several paths do the same, because each was once the address of the API. */
export function shoutOperation(operationId: string): Operation {
  return {
    operationId,
    summary: 'Reverse and shout a text',
    description:
      'Answers the text reversed (by characters as people see them) and upper-cased. `POST /` and `POST /v1/` are the same.',
    tags: ['shout'],
    requestBody: {
      required: true,
      content: {
        ...json('ShoutRequest', { data: 'hello' }),
        'application/x-www-form-urlencoded': { schema: schemaRef('ShoutForm') },
        'text/plain': { schema: { type: 'string' }, example: 'hello' },
      },
    },
    responses: { 200: shoutSuccess(), ...errorResponses(413, 504) },
  };
}

export const healthOperation: Operation = {
  operationId: 'health',
  summary: 'Whether known texts are answered',
  description: 'The service asks its caches for `test`. Until they know it, SHOUTCLOUD has to answer.',
  tags: ['service'],
  responses: {
    200: success('Known texts are answered.', {
      'text/plain': { schema: { type: 'string', const: 'success' } as object, example: 'success' },
    }),
  },
};

export const homeOperation: Operation = {
  operationId: 'home',
  summary: 'The index of the API',
  description: 'A browser, or anything else that prefers `text/html` to JSON, gets the playground.',
  tags: ['service'],
  responses: {
    200: success(
      'The index, or the playground.',
      {
        ...json('Index', apiIndex('1.2.3')),
        'text/html': { schema: { type: 'string' }, example: '<!doctype html>…' },
      },
      { Vary: { description: '`Accept`.', schema: { type: 'string' } } },
    ),
  },
};

export const statusOperation: Operation = {
  operationId: 'status',
  summary: 'How SHOUTCLOUD is doing',
  description:
    'What this process knows from its last calls of SHOUTCLOUD, without a new call. Known texts are answered in any case.',
  tags: ['service'],
  responses: {
    200: success('How SHOUTCLOUD is doing.', json('Status', { upstream: 'ok', version: '1.2.3' })),
  },
};

export const bulkOperation: Operation = {
  operationId: 'shoutBulk',
  summary: 'Reverse and shout many texts',
  description:
    'The body has a JSON object in each line, `{"data": …}`, and at most 1 MiB. When the whole body has arrived, each line is answered ' +
    'by one line, in order, as soon as its answer is known: `{"data": …}`, with `"source": "local"` if our own mapping answered, ' +
    'or `{"error", "code", "detail"}` if the line cannot be answered. A failed line does not affect later lines. Empty lines are skipped. ' +
    'The last line needs no line feed. Each line has the size limit of a single body. If the answer does not have as many lines as the ' +
    'request, it was cut short: send the request again.',
  tags: ['shout'],
  requestBody: {
    required: true,
    content: {
      'application/x-ndjson': {
        schema: { type: 'string', description: 'JSON objects like `{"data": "hello"}`, one in each line.' },
        example: '{"data": "hello"}\n{"data": "world"}\n',
      },
    },
  },
  responses: {
    200: success('As many lines as the request had.', {
      'application/x-ndjson': {
        schema: { type: 'string', description: 'JSON objects, one in each line.' },
        example: '{"data":"OLLEH"}\n{"data":"DLROW"}\n',
      },
    }),
    ...errorResponses(413),
  },
};

const cachingHeaders = headerRefs('ETag', 'Cache-Control');

export const shoutGetOperation: Operation = {
  operationId: 'shoutCacheable',
  summary: 'Reverse and shout a text; the answer can be cached',
  description:
    'The same answer in a form that browsers and CDNs can keep. Texts in URLs end up in logs, so send private texts by POST.',
  tags: ['shout'],
  parameters: [
    {
      name: 'data',
      in: 'query',
      required: true,
      description: 'Any text, the empty one included.',
      schema: { type: 'string' },
      example: 'hello',
    },
    {
      name: 'If-None-Match',
      in: 'header',
      description: 'The `ETag` of the answer that you have.',
      schema: { type: 'string' },
    },
  ],
  responses: {
    200: shoutSuccess(cachingHeaders),
    304: {
      description: 'You have the answer already.',
      headers: { ...headerRefs('X-Request-Id'), ...cachingHeaders },
    },
    ...errorResponses(504),
  },
};

/** The good answer of an operation that shouts one text. */
function shoutSuccess(headers = {}) {
  const content = {
    ...json('ShoutAnswer', { data: 'OLLEH' }),
    'text/plain': { schema: { type: 'string' }, example: 'OLLEH' },
  } as const;
  return success('The answer.', content, { ...headerRefs('Cache-Status'), ...headers });
}

/** The index of the API, for a program that asks for `/`. */
export function apiIndex(version: string): object {
  return {
    name: 'tuohs',
    version,
    about: 'Answers a string reversed and upper-cased.',
    links: {
      shout: { method: 'POST', href: '/v1', body: { data: 'hello' } },
      cacheable: { method: 'GET', href: '/v1?data=hello' },
      bulk: { method: 'POST', href: '/v1/bulk' },
      status: { method: 'GET', href: '/v1/status' },
      health: { method: 'GET', href: '/health' },
      reference: { method: 'GET', href: '/docs' },
      openapi: { method: 'GET', href: '/openapi.json' },
    },
  };
}
