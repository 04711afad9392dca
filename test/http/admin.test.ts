import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AdminParts, adminServer } from '../../src/http/admin-server.ts';

const PARTS: AdminParts = {
  isReady: () => true,
  status: () => ({ version: '1.2.3' }),
  metrics: { text: async () => 'tuohs_x 1\n', contentType: 'text/plain; version=0.0.4; charset=utf-8' },
};

test('it is alive, ready or not', async () => {
  const server = adminServer({ ...PARTS, isReady: () => false });

  assert.equal((await server.inject('/livez')).statusCode, 200);
});

for (const [isReady, status] of [
  [true, 200],
  [false, 503],
] as const) {
  test(`readiness is a ${status} where that is ${isReady}`, async () => {
    const server = adminServer({ ...PARTS, isReady: () => isReady });

    assert.equal((await server.inject('/readyz')).statusCode, status);
  });
}

test('the status is JSON', async () => {
  const { headers, body } = await adminServer(PARTS).inject('/status');

  assert.equal(headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(body), { version: '1.2.3' });
});

test('there is no shouting on the admin port, told in the words of the error table', async () => {
  const { statusCode, headers, body } = await adminServer(PARTS).inject('/v1?data=hello');

  assert.equal(statusCode, 404);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(JSON.parse(body).code, 'NOT_FOUND');
});
