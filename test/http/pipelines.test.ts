import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { listeningServer } from '../support/api.ts';
import { rawClient } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { worldOn } from '../support/world.ts';

for (const [limit, maxHeldBytes, most] of [
  ['there is no more room for the bytes of its requests', 2 ** 19, 104],
  ['it is 128 requests ahead', 2 ** 26, 130],
] as const) {
  test(`a connection that sends requests ahead is closed when ${limit}, and no more of them are parsed`, async (t) => {
    const world = worldOn(systemClock);
    const { port, status } = await listeningServer(t, {
      world,
      options: { maxHeldBytes },
      reverseShout: () => new Promise(() => {}),
    });
    const client = await rawClient(t, port);

    client.send('GET /v1?data=hello HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1500));

    await client.closed();
    await until(t, () => status().connections === 0);
    assert.equal(world.told('answered').length, most);
    assert.equal(status().heldBytes, 0);
  });
}

test('one connection has no more than a packet of its requests read in a turn of the event loop', async (t) => {
  const path = `/${'a'.repeat(15_000)}`;
  let begun = 0;
  let most = 0;
  const { port } = await listeningServer(t, {
    world: worldOn(systemClock),
    isDraining() {
      if (begun++ === 0)
        setImmediate(() => {
          most = Math.max(most, begun);
          begun = 0;
        });
      return false;
    },
  });
  const client = await rawClient(t, port);

  client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(200));

  await until(t, () => client.text().match(/HTTP\/1.1 404/g)?.length === 200);
  assert.ok(most > 0 && most <= 6, `${most} requests in a turn`);
});
