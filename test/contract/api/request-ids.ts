import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../../support/ask.ts';
import type { Service } from '../api-contract.ts';

const GOOD = ['a', 'Req_42-x', 'x'.repeat(64), '550e8400-e29b-41d4-a716-446655440000'];
const BAD = ['', 'x'.repeat(65), 'a b', 'a.b', 'a;b', '<b>', 'a, b', '\u00e9'];

/** A caller's own id comes back where it is harmless. */
export function requestIdContract(service: Service): void {
  for (const id of GOOD) {
    test(`the request id ${id} comes back with an answer and with an error`, async () => {
      const headers = { 'x-request-id': id };
      const answer = await ask(service(), { path: '/v1?data=hello', headers });
      const error = await ask(service(), { path: '/v2', headers });

      assert.equal(answer.headers['x-request-id'], id);
      assert.equal(error.headers['x-request-id'], id);
      assert.equal(JSON.parse(error.body).requestId, id);
    });
  }

  for (const id of BAD) {
    test(`the request id ${JSON.stringify(id)} is replaced`, async () => {
      const reply = await ask(service(), { path: '/v2', headers: { 'x-request-id': id } });

      const given = String(reply.headers['x-request-id']);
      assert.match(given, /^[\w-]{1,64}$/);
      assert.notEqual(given, id);
      assert.equal(JSON.parse(reply.body).requestId, given);
    });
  }

  test('requests without an id get different ones', async () => {
    const replies = await Promise.all([1, 2].map(() => ask(service(), { path: '/v1?data=hello' })));

    const [one, two] = replies.map(({ headers }) => headers['x-request-id']);
    assert.ok(one && two && one !== two);
  });
}
