import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../src/core/clock.ts';
import { listeningServer } from '../support/api.ts';
import { postOf, rawClient } from '../support/raw-client.ts';
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

test('a connection that sends more than 128 requests in one packet is closed, also if each is answered at once', async (t) => {
  const world = worldOn(systemClock);
  const { port, status } = await listeningServer(t, {
    world,
    reverseShout: (text) => ({ text, source: 'memory', stored: false, collapsed: false }),
  });
  const client = await rawClient(t, port);

  client.send(postOf('hi').repeat(500));

  await client.closed();
  await until(t, () => status().connections === 0);
  assert.ok(world.told('answered').length < 500);
});

for (const [pieces, chunk, turns] of [
  ['256 pieces', '1\r\na\r\n', 1],
  ['few pieces', '100\r\n'.concat('a'.repeat(256), '\r\n'), 0],
] as const) {
  test(`a body in ${pieces} ${turns === 0 ? 'has no need to let' : 'lets'} others be read first`, async (t) => {
    const asked: number[] = [];
    const { port } = await listeningServer(t, {
      world: worldOn(systemClock),
      async nextTurn(bytes) {
        asked.push(bytes);
      },
    });
    const client = await rawClient(t, port);
    const size = Number.parseInt(chunk, 16);

    client.send(
      `POST /v1 HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    client.send(`${chunk.repeat(256 / size)}0\r\n\r\n`);

    await client.heard('AAA');
    assert.equal(asked.length, turns);
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

for (const [what, parts] of [
  ['wait for earlier ones', {}],
  ['wait for their quota', { options: { rateLimitPerMinute: 100 } }],
] as const) {
  test(`the bodies of requests that ${what} are read when it is their turn`, async (t) => {
    const texts = Array.from({ length: 20 }, (_, i) => `text ${i}`);
    const { port } = await listeningServer(t, {
      world: worldOn(systemClock),
      async reverseShout(text) {
        await turn();
        return { text, source: 'upstream', stored: true, collapsed: false };
      },
      ...parts,
    });
    const client = await rawClient(t, port);

    client.send(texts.map((text) => postOf(text)).join(''));

    await client.heard('text 19');
    assert.deepEqual(client.text().match(/text \d+/g), texts);
  });
}
