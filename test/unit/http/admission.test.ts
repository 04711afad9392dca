import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AdmissionLimits } from '../../../src/http/limits/admission.ts';
import { fakeApi } from '../../support/api.ts';
import { parsed } from '../../support/raw-answer.ts';
import { rawClient, requestOf } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';

const GET = requestOf('GET /v1?data=hello');

test('as many requests as allowed are under way, the next is refused, and holds no place', async (t) => {
  const service = await start(t, { maxInFlight: 2 });
  const [first, second, third] = [await service.connect(), await service.connect(), await service.connect()];
  first.send(GET);
  second.send(GET);
  await service.arrived(2);

  third.send(GET);

  assert.equal(parsed(await third.heard('OVERLOADED')).status, 503);
  assert.deepEqual(service.shed(), ['requests']);
  assert.equal(service.inFlight(), 2);
});

test('while the event loop is late, requests are refused', async (t) => {
  const service = await start(t, { isOverloaded: () => true });
  const client = await service.connect();

  client.send(GET);

  assert.equal(parsed(await client.heard('OVERLOADED')).status, 503);
  assert.deepEqual(service.shed(), ['event_loop']);
  await until(t, () => service.routes().length > 0);
  assert.deepEqual(service.routes(), ['none'], 'it was refused before its route was looked up');
});

/** A listening service whose upstream keeps every call waiting. */
async function start(t: TestContext, limits: Partial<AdmissionLimits>) {
  const { upstream, world, server, port } = await fakeApi(t, { limits });
  upstream.hold('deaf');
  return {
    upstream,
    connect: () => rawClient(t, port),
    arrived: (calls: number) => until(t, () => upstream.calls.length === calls),
    inFlight: server.inFlight,
    routes: () => world.told('answered').map(({ route }) => route),
    shed: () => world.told('shed').map(({ reason }) => reason),
  };
}
