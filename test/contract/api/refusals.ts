import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../../support/ask.ts';
import type { Service } from '../api-contract.ts';
import { assertProblem, assertStandardHeaders } from './assert-reply.ts';

const UNKNOWN = [
  ...['/v2', '/V1', '/v1/x', '//', '/v1//', '/health/'],
  ...['/favicon.ico', '/%', '/%ff', '/.env', '/__proto__'],
];

const ALL = /^(?=.*\bGET\b)(?=.*\bHEAD\b)(?=.*\bPOST\b)/;
const WRONG_METHODS: readonly (readonly [method: string, path: string, allow: RegExp])[] = [
  ['DELETE', '/', ALL],
  ['PUT', '/v1', ALL],
  ['PATCH', '/v1/', ALL],
  ['DELETE', '/v1?data=hello', /\bPOST\b/],
  ['POST', '/health', /^(?=.*\bGET\b)(?=.*\bHEAD\b)(?!.*\bPOST\b)/],
  ['PROPFIND', '/v1', /\bPOST\b/],
];

/** Paths that are not there, and methods that a path does not have. */
export function refusalContract(service: Service): void {
  for (const path of UNKNOWN) {
    for (const method of ['GET', 'POST']) {
      test(`${method} ${path} is not found`, async () => {
        const reply = await ask(service(), { method, path });

        assertProblem(reply, 404, 'NOT_FOUND');
        assertStandardHeaders(reply);
      });
    }
  }

  for (const [method, path, allow] of WRONG_METHODS) {
    test(`${method} ${path} is not allowed, and Allow says what is`, async () => {
      const reply = await ask(service(), { method, path, body: 'x=1' });

      assertProblem(reply, 405, 'METHOD_NOT_ALLOWED');
      assert.match(String(reply.headers.allow), allow);
      assertStandardHeaders(reply);
    });
  }

  for (const [what, question] of Object.entries({
    'an answer': { path: '/v1?data=hello' },
    'an unknown path': { path: '/v2' },
    'bad input': { method: 'POST', path: '/v1', body: 'x' },
  })) {
    test(`a connection stays open behind ${what}`, async () => {
      const { headers } = await ask(service(), question);

      assert.notEqual(headers.connection, 'close');
    });
  }

  test('HEAD of an unknown path is not found and has no body', async () => {
    const { status, body } = await ask(service(), { method: 'HEAD', path: '/v2' });

    assert.deepEqual([status, body], [404, '']);
  });
}
