import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deafClient, fakeApi, LARGEST_FILE, listeningServer, testApi } from '../support/api.ts';
import { answerOf } from '../support/fake-shouter.ts';
import { postOf, type RawClient, rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { testWorld } from '../support/world.ts';

const HALF = postOf('half a body').slice(0, -3);
const LONG_HALF = postOf('x'.repeat(50_000)).slice(0, -3);
for (const [what, first, second, third = ''] of [
  ['idle', postOf('new'), postOf('old')],
  ['silent', '', HALF],
  ['sending a body', HALF, HALF],
  ['sending a body, even for less time than another is idle,', HALF, ''],
  ['idle, even for less time than another sends a body that arrives steadily,', postOf('new'), LONG_HALF],
  ['in use, whatever it sends ahead,', postOf('wait'), HALF, HALF],
  ['refused, even for less time than another is idle,', requestOf('GET /v1'), ''],
]) {
  test(`at the limit, a connection that is ${what} for longest is closed, not the oldest`, async (t) => {
    const world = testWorld();
    const server = await listeningServer(t, {
      world,
      options: { maxConnections: 2 },
      reverseShout: (text) => (text === 'wait' ? new Promise(() => {}) : answerOf('X')),
    });
    const seen = () => Object.values(server.status()).concat(world.emitted('answered').length).join();
    const oldest = await opened();
    await sent(oldest, postOf('first'));
    const longest = await opened();
    if (first !== '') await sent(longest, first);
    if (second !== '') await sent(oldest, second);
    if (third !== '') await sent(longest, third);
    await world.clock.advance(10);

    await rawClient(t, server.port);

    await longest.closed();
    assert.equal(oldest.socket.closed, false);

    async function opened(): Promise<RawClient> {
      const before = seen();
      const client = await rawClient(t, server.port);
      await until(t, () => seen() !== before);
      return client;
    }

    async function sent(client: RawClient, bytes = ''): Promise<void> {
      const before = seen();
      await world.clock.advance(10);
      client.send(bytes);
      await until(t, () => seen() !== before);
    }
  });
}

test('at the limit, a newcomer is refused if each connection waits for an answer', async (t) => {
  const { upstream, world, port } = await fakeApi(t, { options: { maxConnections: 2 } });
  upstream.hold();
  const waiting = [await rawClient(t, port), await rawClient(t, port)];
  for (const client of waiting) client.send(postOf('wait') + requestOf('GET /nothing'));
  await until(t, () => upstream.calls.length === 2);
  await world.clock.advance(10);

  const newcomer = await rawClient(t, port);

  assert.equal(await newcomer.closed(), '');
  upstream.answerHeld();
  for (const client of waiting) await client.heard('TIAW');
});

test('at the limit, a client whose work waits for its turn is closed before one that has been idle for less time', async (t) => {
  const world = testWorld();
  const nextTurn = () => new Promise<never>(() => {});
  const { server, port } = await fakeApi(t, { world, nextTurn, options: { maxConnections: 2 } });
  const [waiting, idle] = [await rawClient(t, port), await rawClient(t, port)];
  waiting.send(postOf('x'.repeat(20_000)));
  await until(t, () => server.inFlight() === 1);
  await world.clock.advance(10);
  idle.send(requestOf('GET /v1?data=a'));
  await idle.heard('{"data":"A"}');
  await world.clock.advance(10);

  await rawClient(t, port);

  await waiting.closed();
  assert.equal(server.status().connections, 2);
  idle.send(requestOf('GET /v1?data=b'));
  await idle.heard('{"data":"B"}');
});

test('at the limit, a client that does not read its first answer is cut off, however many more of its requests wait', async (t) => {
  const options = { maxConnections: 1 };
  const { world, server, port } = await fakeApi(t, { nextTurn: async () => {}, options });
  const deaf = await deafClient(t, server, requestOf(`GET ${LARGEST_FILE}`).repeat(20));
  await world.clock.advance(10);

  const newcomer = await rawClient(t, port);
  newcomer.send(postOf('hello'));

  await newcomer.heard('OLLEH');
  deaf.socket.resume();
  await deaf.closed();
  assert.match(`${deaf.socket.errored}`, /ECONNRESET/);
});

for (const [limit, closed] of [
  [9, 2],
  [136, 16],
] as const) {
  test(`at a limit of ${limit} connections, ${closed} silent ones are closed together`, async (t) => {
    const { world, server, port } = await fakeApi(t, { options: { maxConnections: limit } });
    for (let opened = 0; opened < limit; opened++) await rawClient(t, port);
    await until(t, () => server.status().connections === limit);
    await world.clock.advance(10);

    await rawClient(t, port);
    await until(t, () => server.status().connections !== limit);

    assert.equal(server.status().connections, limit - closed + 1);
  });
}

test('at the limit, a connection that has just been opened is not closed before one that has been idle', async (t) => {
  const world = testWorld();
  const server = await listeningServer(t, { world, options: { maxConnections: 2 } });
  const idle = await rawClient(t, server.port);
  idle.send(postOf('once'));
  await idle.heard('ECNO');
  await world.clock.advance(100);
  const fresh = await rawClient(t, server.port);
  await until(t, () => server.status().connections === 2);
  await world.clock.advance(1);

  await rawClient(t, server.port);

  await idle.closed();
  // The service does not reset the connection, because a reset could overtake an answer that is on its way.
  assert.equal(idle.socket.errored, null);
  assert.equal(fresh.socket.closed, false);
});

test('Node keeps 256 parsers of closed connections, of 12 KB each', (t) => {
  testApi(t);

  assert.equal(Reflect.get(process.getBuiltinModule('_http_common') ?? {}, 'parsers').max, 256);
});
