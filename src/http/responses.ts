import type { ErrorCode } from '../core/errors.ts';
import { TuohsError } from '../core/errors.ts';
import { problemFor, problems } from './problem.ts';
import type { JsonSchema } from './schemas.ts';

/** One status of a route, as the OpenAPI document describes it. */
export interface ResponseSchema {
  readonly description: string;
  readonly headers?: Readonly<Record<string, JsonSchema>>;
  readonly content?: Readonly<Record<string, { schema: JsonSchema; example?: string }>>;
  /** What marks an answer without content; else it would be documented as JSON. */
  readonly type?: 'null';
}

const requestId: JsonSchema = {
  type: 'string',
  description: 'The id of the request: your own, if you sent a harmless one.',
};
const retryAfter: JsonSchema = {
  type: 'integer',
  description: 'Seconds to wait before trying again.',
  minimum: 1,
  maximum: 60,
};
const noStore: JsonSchema = { type: 'string', const: 'no-store' };
const quota: Record<string, JsonSchema> = {
  'RateLimit-Limit': { type: 'integer', description: 'How many requests you may send in a minute.' },
  'RateLimit-Remaining': { type: 'integer', description: 'How many of them are left.' },
  'RateLimit-Reset': { type: 'integer', description: 'Seconds to the next minute.' },
};

export const cacheStatusHeader: JsonSchema = {
  type: 'string',
  description: 'Where the answer came from (RFC 9211).',
  examples: ['tuohs; hit'],
};

/** What any route may answer with before its work begins. */
const ANYWHERE: readonly ErrorCode[] = [
  'BAD_INPUT',
  'REQUEST_TIMEOUT',
  'HEADERS_TOO_LARGE',
  'RATE_LIMITED',
  'INTERNAL',
  'OVERLOADED',
];

/** How asking SHOUTCLOUD may fail. */
export const upstreamCodes: readonly ErrorCode[] = [
  'UPSTREAM_UNREACHABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNREADABLE',
  'UPSTREAM_WRONG',
];

/** Every status that a route can answer with: its own successes, its own errors and those of any route. */
export function responses(
  successes: Readonly<Record<string, ResponseSchema>>,
  codes: readonly ErrorCode[],
): Record<string, ResponseSchema> {
  const described: Record<string, ResponseSchema> = {};
  for (const [status, response] of Object.entries(successes)) {
    described[status] = { ...response, headers: { 'X-Request-Id': requestId, ...response.headers } };
  }
  for (const [status, sameStatus] of byStatus([...codes, ...ANYWHERE]))
    described[status] = problemResponse(sameStatus);
  return described;
}

function byStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  return Map.groupBy(new Set(codes), (code) => problems[code].status);
}

function problemResponse(codes: readonly ErrorCode[]): ResponseSchema {
  const [first = 'INTERNAL'] = codes;
  const example = problemFor(new TuohsError(first, 'example'), 'a3c1e7d2-6f1c-4b9e-8f5a-0d6f2b1c7a44');
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code].when}.`).join('\n\n'),
    headers: {
      'X-Request-Id': requestId,
      ...(example.headers['retry-after'] !== undefined && { 'Retry-After': retryAfter }),
      'Cache-Control': noStore,
      ...(codes.includes('RATE_LIMITED') && quota),
    },
    content: { 'application/json': { schema: problemSchema(codes, JSON.parse(example.body)) } },
  };
}

function problemSchema(codes: readonly ErrorCode[], example: unknown): JsonSchema {
  return {
    type: 'object',
    required: ['error', 'code', 'requestId'],
    properties: {
      error: { type: 'string', description: 'What happened, for a person.' },
      code: {
        type: 'string',
        enum: codes,
        description: 'What happened, for a program; its meaning never changes.',
      },
      requestId: { type: 'string', description: 'The `X-Request-Id` of this answer.' },
    },
    title: 'Problem',
    additionalProperties: false,
    examples: [example],
  };
}
