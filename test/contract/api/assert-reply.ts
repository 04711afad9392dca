import assert from 'node:assert/strict';
import type { Reply } from '../../support/ask.ts';

/** Checks the answer to a string. Every client of the API relies on this. */
export function assertShout(reply: Reply, data: string): void {
  assert.equal(reply.status, 200, reply.body);
  assert.equal(reply.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(reply.body), { data });
}

/** Checks an error against the error table: never a page, never with a stack, never to be stored. */
export function assertProblem(reply: Reply, status: number, code: string): void {
  assert.equal(reply.status, status, reply.body);
  assert.equal(reply.headers['content-type'], 'application/json');
  assert.equal(reply.headers['cache-control'], 'no-store');
  const { error, code: found, requestId, detail = '', ...more } = JSON.parse(reply.body);
  assert.deepEqual([found, requestId, more], [code, reply.headers['x-request-id'], {}]);
  assert.match(error, /\w{3}.*\.$|shoutcloud/i);
  assert.match(detail, /^$|\.$/);
  assertStandardHeaders(reply);
}

export const CACHE_STATUS =
  /^tuohs; (hit(; detail=redis)?|fwd=miss(; stored)?(; collapsed)?(; detail=local)?)$/;

/** Checks the headers that every answer has. */
export function assertStandardHeaders({ headers }: Reply): void {
  assert.match(String(headers.date), / GMT$/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.match(String(headers['x-request-id']), /^[\w-]{1,64}$/);
}
