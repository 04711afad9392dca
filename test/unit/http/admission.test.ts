import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeApi } from '../../support/api.ts';
import { pick } from '../../support/pick.ts';
import { parsed } from '../../support/raw-answer.ts';
import { postOf, rawClient, requestOf } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';

test('as many whole requests as allowed are under way, the next is refused, and holds no place', async (t) => {
  const { upstream, server, port } = await fakeApi(t, { limits: { maxInFlight: 2 } });
  upstream.hold();
  (await rawClient(t, port)).send(postOf('cut').slice(0, -1));
  for (const text of ['first', 'second']) (await rawClient(t, port)).send(requestOf(`GET /v1?data=${text}`));
  await until(t, () => upstream.calls.length === 2);
  const third = await rawClient(t, port);

  third.send(requestOf('GET /v1?data=third'));

  assert.equal(parsed(await third.heard('OVERLOADED')).status, 503);
  assert.equal(server.inFlight(), 2);
});

for (const [what, limits, reason] of [
  ['all places are taken', { maxInFlight: 0 }, 'requests'],
  ['the event loop is late', { isOverloaded: () => true }, 'event_loop'],
] as const) {
  test(`while ${what}, a request is refused before its route is looked up, and holds no place`, async (t) => {
    const { world, server, port } = await fakeApi(t, { limits });
    const client = await rawClient(t, port);

    client.send(requestOf('GET /v1?data=hello'));

    assert.equal(parsed(await client.heard('OVERLOADED')).status, 503);
    await until(t, () => world.told('answered').length > 0);
    assert.deepEqual(pick(world.told('shed'), 'reason'), [reason]);
    assert.deepEqual(pick(world.told('answered'), 'route'), ['none']);
    assert.equal(server.inFlight(), 0);
  });
}
