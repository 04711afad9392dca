import assert from 'node:assert/strict';
import type { RequestListener, ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { type AdmissionLimits, admission } from '../../../src/http/admission.ts';
import { ask } from '../../support/ask.ts';
import { settled } from '../../support/fake-clock.ts';
import { httpServer } from '../../support/http-server.ts';
import { rawClient } from '../../support/raw-client.ts';
import { testWorld } from '../../support/world.ts';

test('as many requests as allowed are under way, and the next is refused', async (t) => {
  const service = await start(t, { maxInFlight: 2 });
  const held = [service.ask(), service.ask()];
  await service.arrived(2);

  const refused = await service.ask();

  assert.equal(refused.status, 503);
  assert.deepEqual(service.shed(), ['requests']);
  service.answerAll();
  await Promise.all(held);
});

test('a refusal is the problem OVERLOADED, with all its headers', async (t) => {
  const service = await start(t, { maxInFlight: 0 });

  const { headers, body } = await service.ask({ 'x-request-id': 'my-id' });

  assert.equal(JSON.parse(body).code, 'OVERLOADED');
  assert.equal(JSON.parse(body).requestId, 'my-id');
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['retry-after'], '1');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['x-request-id'], 'my-id');
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('a request is refused before its body has come', async (t) => {
  const service = await start(t, { maxInFlight: 0 });
  const client = await rawClient(t, service.port);

  client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n');

  assert.match(await client.heard('OVERLOADED'), /^HTTP\/1\.1 503 /);
});

test('a place comes back when the answer has left', async (t) => {
  const service = await start(t, { maxInFlight: 1 });
  const first = service.ask();
  await service.arrived(1);
  service.answerAll();
  await first;
  await service.free();

  const second = service.ask();
  await service.arrived(2);
  service.answerAll();

  assert.equal((await second).status, 200);
});

test('a place comes back when the caller hangs up', async (t) => {
  const service = await start(t, { maxInFlight: 1 });
  const client = await rawClient(t, service.port);
  client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await service.arrived(1);

  client.socket.destroy();
  await service.free();

  assert.equal(service.inFlight(), 0);
});

test('all places come back when a caller who pipelined its requests hangs up', async (t) => {
  const service = await start(t, { maxInFlight: 10 });
  const client = await rawClient(t, service.port);
  client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
  await service.arrived(3);

  client.socket.destroy();
  await service.closed();
  await settled();

  assert.equal(service.inFlight(), 0);
});

test('a refused request holds no place', async (t) => {
  const service = await start(t, { maxInFlight: 1 });
  const first = service.ask();
  await service.arrived(1);
  await service.ask();
  await service.ask();

  const { inFlight } = service;

  assert.equal(inFlight(), 1);
  service.answerAll();
  await first;
});

test('while the event loop is late, requests are refused', async (t) => {
  const service = await start(t, { isOverloaded: () => true });

  const { status } = await service.ask();

  assert.equal(status, 503);
  assert.deepEqual(service.shed(), ['event_loop']);
});

const LIMITS: AdmissionLimits = { maxInFlight: 100, maxBodyBytes: 262_144, isOverloaded: () => false };

/** A real server whose admitted requests wait for `answerAll`. */
async function start(t: TestContext, limits: Partial<AdmissionLimits>) {
  const world = testWorld();
  const admitted = admission({ ...LIMITS, ...limits }, world);
  const held: ServerResponse[] = [];
  const closed = Promise.withResolvers<void>();
  let changed = () => {};
  const listener: RequestListener = admitted.guard((request, response) => {
    held.push(response);
    request.socket.once('close', () => closed.resolve());
    response.once('close', () => changed());
    changed();
  });
  const { url } = await httpServer(t, listener);
  const when = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      changed = () => isSo() && resolve();
      changed();
    });

  return {
    port: Number(new URL(url).port),
    inFlight: admitted.inFlight,
    shed: () => world.told('shed').map(({ reason }) => reason),
    ask: (headers = {}) => ask(url, { method: 'POST', headers, body: 'hello' }),
    answerAll: () => held.forEach((response) => void response.end()),
    arrived: (count: number) => when(() => held.length >= count),
    free: () => when(() => admitted.inFlight() === 0),
    closed: () => closed.promise,
  };
}
