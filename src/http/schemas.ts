import { TuohsError } from '../core/errors.ts';

/** JSON Schema (draft 2020-12), as far as we use it: written out, for a library of types would cost each start 0.1 s. */
export interface JsonSchema {
  readonly type: 'object' | 'string' | 'integer';
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: false;
}

const text: JsonSchema = {
  type: 'string',
  description: 'Any text, the empty one included.',
  examples: ['hello'],
};

/** What users send: JSON, or a form with a field of this name. Nothing is coerced, other keys are ignored. */
export const shoutRequest: JsonSchema = {
  type: 'object',
  required: ['data'],
  properties: { data: text },
  title: 'ShoutRequest',
  examples: [{ data: 'hello' }],
};

/** The same as a query. */
export const shoutQuery: JsonSchema = { type: 'object', required: ['data'], properties: { data: text } };

export const shoutAnswer: JsonSchema = {
  type: 'object',
  required: ['data'],
  properties: { data: { type: 'string', description: 'The text, reversed and upper-cased.' } },
  title: 'ShoutAnswer',
  additionalProperties: false,
  examples: [{ data: 'OLLEH' }],
};

/** The text of a body or query that is as `shoutRequest` says. Fails with `BAD_INPUT` where it is not. */
export function textOf(request: unknown): string {
  const isObject = typeof request === 'object' && request !== null;
  if (isObject && 'data' in request && typeof request.data === 'string') return request.data;
  throw new TuohsError('BAD_INPUT', 'no text under `data`');
}
