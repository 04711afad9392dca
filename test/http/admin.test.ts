import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AdminParts, adminServer } from '../../src/http/admin-server.ts';
import { injected } from '../support/api.ts';
import { testWorld } from '../support/world.ts';

const PARTS: AdminParts = {
  isReady: () => true,
  status: () => ({ version: '1.2.3' }),
  metrics: { text: async () => 'tuohs_x 1\n', contentType: 'text/plain; version=0.0.4; charset=utf-8' },
};

test('it is alive, ready or not', async () => {
  const server = admin({ ...PARTS, isReady: () => false });

  assert.equal((await server.inject('/livez')).statusCode, 200);
});

for (const [isReady, status] of [
  [true, 200],
  [false, 503],
] as const) {
  test(`readiness is a ${status} where that is ${isReady}`, async () => {
    const server = admin({ ...PARTS, isReady: () => isReady });

    assert.equal((await server.inject('/readyz')).statusCode, status);
  });
}

test('the status is JSON', async () => {
  const { headers, body } = await admin(PARTS).inject('/status');

  assert.equal(headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(body), { version: '1.2.3' });
});

test('there is no shouting on the admin port, told in the words of the error table', async () => {
  const { statusCode, headers, body } = await admin(PARTS).inject('/v1?data=hello');

  assert.equal(statusCode, 404);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(JSON.parse(body).code, 'NOT_FOUND');
});

test('another method is not allowed, told in the words of the error table', async () => {
  const { statusCode, headers, body } = await admin(PARTS).inject({ method: 'POST', url: '/livez' });

  assert.deepEqual([statusCode, headers.allow], [405, 'GET, HEAD']);
  assert.equal(JSON.parse(body).code, 'METHOD_NOT_ALLOWED');
});

test('a status that cannot be read is an internal error, reported with its request', async () => {
  const world = testWorld();
  const server = injected(
    adminServer({ ...PARTS, status: () => Promise.reject(new Error('hidden')) }, world),
  );

  const { statusCode, body } = await server.inject({ url: '/status', headers: { 'x-request-id': 'mine' } });

  assert.deepEqual([statusCode, JSON.parse(body).code], [500, 'INTERNAL']);
  assert.deepEqual(
    world.told('failed').map(({ requestId, code }) => [requestId, code]),
    [['mine', 'INTERNAL']],
  );
});

function admin(parts: AdminParts) {
  return injected(adminServer(parts, testWorld()));
}
