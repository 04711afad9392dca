import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { closedUrl } from '../../support/http-server.ts';
import { tuohs } from '../../support/process.ts';
import { redisServer, skipWithoutRedis } from '../../support/redis-server.ts';
import { connectedRedisStore, startRedisStore } from './redis-under-test.ts';

const skip = skipWithoutRedis;

test('without a Redis nothing is known, nothing kept, and nobody waits', async (t) => {
  const { store, becomes, outcomes } = startRedisStore(t, await redisUrlOfNobody());
  await becomes('down');

  const found = store.get('hello');
  const isKept = store.set('hello', 'HELLO');

  assert.deepEqual([found, isKept], [undefined, false]);
  assert.deepEqual(outcomes(), ['get skipped', 'set skipped']);
});

test('before the connection is there nobody waits for it', { skip }, async (t) => {
  const { url, clients } = await redisServer(t);
  const { store } = startRedisStore(clients, url);

  const found = store.get('hello');
  const isKept = store.set('hello', 'HELLO');

  assert.deepEqual([found, isKept], [undefined, false]);
});

test('commands under way when Redis is killed are misses and reject nobody', { skip }, async (t) => {
  const { server, store, becomes } = await start(t);
  server.freeze();
  const gets = ['1', '2', '3'].map((text) => store.get(text));
  store.set('4', '4');

  await server.kill();
  await becomes('down');

  assert.deepEqual(await Promise.all(gets), [undefined, undefined, undefined]);
});

test('counts under way when Redis is killed reject nobody', { skip }, async (t) => {
  const { server, connection, becomes } = await start(t);
  server.freeze();
  const count = connection.run({
    op: 'count',
    key: 'x',
    maxReplyBytes: 256,
    send: ({ redis }) => redis.incrby('x', 1),
    reads: Number,
  });

  await server.kill();
  await becomes('down');

  assert.equal(await count, undefined);
});

test('a Redis that was killed and started again is used again, without a restart of ours', {
  skip,
}, async (t) => {
  const { server, store, connection, becomes } = await start(t);
  store.set('hello', 'HELLO');
  await server.kill();
  await becomes('down');

  await server.start();
  await becomes('up');

  assert.deepEqual(connection.status(), { isUp: true, trouble: undefined, breaker: 'closed', overdue: 0 });
  assert.equal(await store.get('hello'), undefined);
  assert.equal(store.set('hello', 'HELLO'), true);
  assert.equal(await store.get('hello'), 'HELLO');
});

test('a Redis that comes after us is found', { skip }, async (t) => {
  const { server, ...first } = await start(t);
  await server.kill();
  await first.becomes('down');
  const { store, becomes } = startRedisStore(server.clients, server.url);
  await becomes('down');

  await server.start();
  await becomes('up');

  assert.equal(store.set('hello', 'HELLO'), true);
  assert.equal(await store.get('hello'), 'HELLO');
});

test('a connection that was closed does not come back', { skip }, async (t) => {
  const { connection, store, becomes } = await start(t);

  connection.close();
  await becomes('down');

  assert.equal(store.get('hello'), undefined);
});

for (const [what, secret] of [
  ['a wrong', 'wr0ng-s3cret'],
  ['no', ''],
] as const) {
  test(`with ${what} password it is down, and nothing rejects`, { skip }, async (t) => {
    const { urlWith, clients } = await redisServer(t, { password: 'r1ght-s3cret' });
    const { store, becomes } = startRedisStore(clients, urlWith(secret));

    await becomes('down');

    assert.deepEqual([store.get('hello'), store.set('hello', 'HELLO')], [undefined, false]);
  });
}

test('with the right password it is up', { skip }, async (t) => {
  const { url, clients } = await redisServer(t, { password: 'r1ght-s3cret' });
  const { store } = await connectedRedisStore(clients, url);

  store.set('hello', 'HELLO');

  assert.equal(await store.get('hello'), 'HELLO');
});

test('no password is in any event', { skip }, async (t) => {
  const { urlWith, clients } = await redisServer(t, { password: 'r1ght-s3cret' });
  const { world, store, becomes } = startRedisStore(clients, urlWith('wr0ng-s3cret'));
  await becomes('down');
  store.get('hello');

  assert.doesNotMatch(JSON.stringify(world.events), /s3cret/);
});

test('no password is in anything the process writes, and it answers all the same', { skip }, async (t) => {
  const { urlWith } = await redisServer(t, { password: 'r1ght-s3cret' });
  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], {
    REDIS_URL: urlWith('wr0ng-s3cret'),
    LOG_LEVEL: 'debug',
  });
  const { url, adminUrl } = await service.listening();
  await service.logLine('redis is not connected');

  const answer = await fetch(`${url}/v1?data=hello`);
  const told = await Promise.all(['status', 'metrics'].map((path) => textOf(`${adminUrl}/${path}`)));
  const exitCode = await service.stop();

  assert.deepEqual([answer.status, exitCode], [200, 0]);
  assert.doesNotMatch([...service.stdout, ...service.stderr, ...told].join('\n'), /s3cret/);
});

async function start(t: TestContext) {
  const server = await redisServer(t);
  return { server, ...(await connectedRedisStore(server.clients, server.url)) };
}

async function redisUrlOfNobody(): Promise<string> {
  return (await closedUrl()).replace('http:', 'redis:');
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}
