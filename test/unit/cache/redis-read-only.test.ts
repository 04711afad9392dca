import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { redisServer, skipWithoutRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import { connectedRedisStore } from './redis-under-test.ts';

const skip = skipWithoutRedis;

test('a primary that became a replica is connected anew at the first refused write', { skip }, async (t) => {
  const { server, store, connection, told } = await start(t);
  await server.control.replicaof('127.0.0.1', 1);

  store.set('more', 'MORE');
  await until(t, () => told().length === 3);

  assert.deepEqual(told(), ['up', 'down: read_only', 'up: read_only']);
  assert.equal(connection.status().trouble, 'read_only');
});

test('of writes that are refused together, one costs the connection and the others change nothing', {
  skip,
}, async (t) => {
  const { server, store, told } = await start(t);
  await server.control.replicaof('127.0.0.1', 1);

  for (const text of ['a', 'b', 'c']) store.set(text, text.toUpperCase());
  await until(t, () => told().at(-1) === 'up: read_only');

  assert.equal(await store.get('hello'), 'HELLO');
  assert.deepEqual(told(), ['up', 'down: read_only', 'up: read_only']);
});

test('reads go on while it is read-only', { skip }, async (t) => {
  const { server, store, refuse } = await start(t);
  await server.control.replicaof('127.0.0.1', 1);
  await refuse();

  assert.equal(await store.get('hello'), 'HELLO');
});

test('as long as it is read-only it is connected anew ever more rarely', { skip }, async (t) => {
  const { server, store, world, refuse, told } = await start(t);
  await server.control.replicaof('127.0.0.1', 1);
  await refuse();

  const cuts: number[] = [];
  for (let second = 1; second <= 16; second++) {
    const before = told().length;
    await world.clock.advance(1000);
    store.set('more', 'MORE');
    await store.get('what was sent before this has arrived');
    if (told().length === before) continue;
    cuts.push(second);
    await until(t, () => told().at(-1) === 'up: read_only');
  }

  assert.deepEqual(cuts, [1, 3, 7, 15]);
});

test('once it takes writes again nothing is wrong, and the next change is noticed at once', {
  skip,
}, async (t) => {
  const { server, store, world, connection, refuse, told } = await start(t);
  await server.control.replicaof('127.0.0.1', 1);
  await refuse();
  await world.clock.advance(1000);
  await refuse();
  await server.control.replicaof('NO', 'ONE');
  store.set('more', 'MORE');

  assert.equal(await store.get('more'), 'MORE');
  assert.equal(connection.status().trouble, undefined);
  await server.control.replicaof('127.0.0.1', 1);
  const before = told().length;
  await refuse();
  assert.deepEqual(told().slice(before), ['down: read_only', 'up: read_only']);
});

test('a replica that takes writes is no trouble', { skip }, async (t) => {
  const server = await redisServer(t, {
    more: ['--replica-read-only', 'no', '--replicaof', '127.0.0.1', '1'],
  });

  const { connection } = await connectedRedisStore(server.clients, server.url);

  assert.equal(connection.status().trouble, undefined);
});

test('one that was a replica from the start is read, and is a trouble', { skip }, async (t) => {
  const server = await redisServer(t, { more: ['--replicaof', '127.0.0.1', '1'] });

  const { connection, store } = await connectedRedisStore(server.clients, server.url);

  assert.equal(connection.status().trouble, 'read_only');
  assert.ok(store.get('hello') instanceof Promise);
});

async function start(t: TestContext) {
  const server = await redisServer(t);
  const redis = await connectedRedisStore(server.clients, server.url);
  const { store, world } = redis;
  store.set('hello', 'HELLO');
  await store.get('hello');
  const told = () =>
    world
      .told('redis-connection')
      .map(({ isUp, trouble }) => `${isUp ? 'up' : 'down'}${trouble ? `: ${trouble}` : ''}`);
  return {
    server,
    ...redis,
    told,
    /** A write that is refused and costs the connection; it is there again afterwards. */
    async refuse() {
      const before = told().length;
      store.set('more', 'MORE');
      await until(t, () => told().length === before + 2);
    },
  };
}
