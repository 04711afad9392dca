import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { reverser, reverseShout } from '../../../src/core/reverse.ts';
import type { AdmissionLimits } from '../../../src/http/limits/admission.ts';
import { testApi } from '../../support/api.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';
import { parsed, type RawClient, rawClient } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';
import { testWorld } from '../../support/world.ts';

const GET = 'GET /v1?data=hello HTTP/1.1\r\nhost: x\r\nx-request-id: my-id\r\n\r\n';

test('as many requests as allowed are under way, and the next is refused', async (t) => {
  const service = await start(t, { maxInFlight: 2 });
  const [first, second, third] = [await service.connect(), await service.connect(), await service.connect()];
  first.send(GET);
  second.send(GET);
  await service.arrived(2);

  third.send(GET);

  assert.equal(parsed(await third.heard('OVERLOADED')).status, 503);
  assert.deepEqual(service.shed(), ['requests']);
});

test('a refusal is the problem OVERLOADED, with all its headers', async (t) => {
  const service = await start(t, { maxInFlight: 0 });
  const client = await service.connect();

  client.send(GET);

  const { headers, body } = parsed(await client.heard('OVERLOADED'));
  assert.equal(JSON.parse(body).requestId, 'my-id');
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(headers.get('retry-after'), '1');
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(headers.get('x-request-id'), 'my-id');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
});

test('a place comes back when the answer has left', async (t) => {
  const service = await start(t, { maxInFlight: 1 });
  const client = await service.connect();
  client.send(GET);
  await service.arrived(1);
  service.upstream.answerHeld();
  await client.heard('OLLEH');

  await until(t, () => service.inFlight() === 0);
});

test('a place comes back when the caller resets its connection', async (t) => {
  const service = await start(t, { maxInFlight: 1 });
  const client = await service.connect();
  client.send(GET);
  await service.arrived(1);

  client.socket.resetAndDestroy();

  await until(t, () => service.inFlight() === 0);
});

test('all places come back when a caller that pipelined its requests resets its connection', async (t) => {
  const service = await start(t, { maxInFlight: 10 });
  const client = await service.connect();
  client.send(GET.repeat(3));
  await service.arrived(3);

  client.socket.resetAndDestroy();

  await until(t, () => service.inFlight() === 0);
});

test('a refused request holds no place', async (t) => {
  const service = await start(t, { maxInFlight: 1 });
  const [first, second] = [await service.connect(), await service.connect()];
  first.send(GET);
  await service.arrived(1);
  second.send(GET.repeat(2));
  await until(t, () => service.shed().length === 2);

  assert.equal(service.inFlight(), 1);
});

test('while the event loop is late, requests are refused', async (t) => {
  const service = await start(t, { isOverloaded: () => true });
  const client = await service.connect();

  client.send(GET);

  assert.equal(parsed(await client.heard('OVERLOADED')).status, 503);
  assert.deepEqual(service.shed(), ['event_loop']);
});

/** A listening service whose upstream holds every call. */
async function start(t: TestContext, limits: Partial<AdmissionLimits>) {
  const world = testWorld();
  const upstream = fakeShouter();
  upstream.hold('deaf');
  const api = testApi(t, { world, limits, reverseShout: reverseShout(upstream, reverser('grapheme')) });
  const port = await api.listen({ host: '127.0.0.1', port: 0 });

  return {
    upstream,
    connect: (): Promise<RawClient> => rawClient(t, port),
    arrived: (calls: number) => until(t, () => upstream.calls.length === calls),
    inFlight: api.inFlight,
    shed: () => world.told('shed').map(({ reason }) => reason),
  };
}
