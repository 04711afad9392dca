import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../../support/ask.ts';
import type { Service } from '../api-contract.ts';
import { assertProblem, assertStandardHeaders } from './assert-reply.ts';

const UNKNOWN = [
  '/v2',
  '/V1',
  '/v1/x',
  '//',
  '/v1//',
  '/health/',
  '/favicon.ico',
  '/%',
  '/%ff',
  '/.env',
  '/__proto__',
];

const WRONG_METHODS: readonly (readonly [method: string, path: string, allow: RegExp])[] = [
  ['DELETE', '/', /^(?=.*\bGET\b)(?=.*\bHEAD\b)(?=.*\bPOST\b)/],
  ['PUT', '/v1', /^(?=.*\bGET\b)(?=.*\bHEAD\b)(?=.*\bPOST\b)/],
  ['PATCH', '/v1/', /^(?=.*\bGET\b)(?=.*\bHEAD\b)(?=.*\bPOST\b)/],
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
    const reply = await ask(service(), { method: 'HEAD', path: '/v2' });

    assert.deepEqual([reply.status, reply.body], [404, '']);
  });
}
