import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { rootCertificates } from 'node:tls';
import type { RedisTrouble } from '../../../src/core/events.ts';
import { bulk, fakeRedis, type Script } from '../../support/fake-redis.ts';
import { closedUrl, tcpServer } from '../../support/http-server.ts';
import { type Ending, tuohs } from '../../support/process.ts';
import {
  type RedisOptions,
  type RedisServer,
  redisServer,
  skipWithoutRedis,
} from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import { connectedRedisStore, redisTest, startRedisStore } from './redis-under-test.ts';

const skip = skipWithoutRedis;
const SECRET = { password: 'r1ght-s3cret' };

/** Addresses without a Redis, or with one that is not usable. */
const FOREIGN: [what: string, trouble: RedisTrouble, url: (t: TestContext) => Promise<string>][] = [
  ['a closed port', 'refused', async () => (await closedUrl()).replace('http:', 'redis:')],
  ['a host that does not exist', 'name_not_found', async () => 'redis://no-such-host.invalid'],
  ['an HTTP server', 'protocol', async (t) => (await fakeRedis(t, () => HTTP)).url],
  ['a port that closes each connection', 'closed', (t) => urlOfServer(t, (socket) => socket.destroy())],
  [
    'TLS asked of a port that says something else',
    'no_tls',
    async (t) => (await urlOfServer(t, (socket) => socket.write(HTTP))).replace('redis:', 'rediss:'),
  ],
  ...(
    [
      ['-LOADING Redis is loading the dataset in memory', 'loading'],
      ['-DENIED Redis is running in protected mode', 'protected_mode'],
      ['-ERR max number of clients reached', 'too_many_clients'],
      ['-NOAUTH Authentication required.', 'password_missing'],
    ] as const
  ).map(([reply, trouble]): (typeof FOREIGN)[number] => [
    `"${reply}" at first`,
    trouble,
    async (t) => (await fakeRedis(t, onInfo(`${reply}\r\n`))).url,
  ]),
];
const HTTP = 'HTTP/1.1 400 Bad Request\r\n\r\n';
for (const [what, trouble, url] of FOREIGN) {
  test(`${what} is "${trouble}"`, async (t) => {
    await hasTrouble(endingOf(t), await url(t), trouble);
  });
}

const CLUSTER = { isCluster: true };
const OWN: [what: string, trouble: RedisTrouble, RedisOptions, url: (server: RedisServer) => string][] = [
  ['a wrong password', 'wrong_password', SECRET, ({ urlWith }) => urlWith('wr0ng-s3cret')],
  ['no password', 'password_missing', SECRET, ({ urlWith }) => urlWith('')],
  ['an unknown user', 'wrong_password', {}, ({ url }) => url.replace('redis://', 'redis://nobody:word@')],
  ['a database that Redis does not have', 'no_such_database', {}, ({ url }) => `${url}/16`],
  ['a Redis Cluster', 'cluster', CLUSTER, ({ url }) => url],
  ['a Redis Cluster that is asked for a database', 'cluster', CLUSTER, ({ url }) => `${url}/1`],
  // A plain Redis waits for the end of a line.
  ['TLS asked of a plain Redis', 'no_answer', {}, ({ url }) => url.replace('redis:', 'rediss:')],
  [
    'a name that the certificate does not have',
    'certificate',
    { tls: true },
    ({ url }) => url.replace('127.0.0.1', 'localhost'),
  ],
];
for (const [what, trouble, options, url] of OWN) {
  test(`${what} is "${trouble}"`, { skip }, async (t) => {
    const server = await redisServer(t, options);

    await hasTrouble(server.clients, url(server), trouble, caOf(server));
  });
}

redisTest('too many clients are "too_many_clients"', async ({ server }) => {
  await server.control.config('SET', 'maxclients', '1');

  await hasTrouble(server.clients, server.url, 'too_many_clients');
});

redisTest('a password that is set later is "password_missing"', async ({ server, store, connection }, t) => {
  await server.control.config('SET', 'requirepass', 'r1ght-s3cret');
  await server.control.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');

  await until(t, () => connection.status().trouble === 'password_missing');

  assert.equal(store.get('hello'), undefined);
});

test('a connection that reports a second error does not end the process', async (t) => {
  const { connection, client } = startRedisStore(t, (await closedUrl()).replace('http:', 'redis:'));
  await until(t, () => connection.status().trouble === 'refused');

  client.stream.emit('error', new Error('a second one'));

  assert.equal(connection.status().isUp, false);
});

test('a TLS port without TLS is "protocol" or "closed", a wrong CA is "certificate", the right one connects', {
  skip,
}, async (t) => {
  const server = await redisServer(t, { tls: true });

  await hasTrouble(server.clients, server.url, 'certificate', rootCertificates[0]);
  const plain = startRedisStore(server.clients, server.url.replace('rediss:', 'redis:'));
  await plain.becomes('down');
  const { trouble = '' } = plain.connection.status();
  const secure = startRedisStore(server.clients, server.url, caOf(server));
  await secure.becomes('up');

  assert.match(trouble, /^(protocol|closed)$/);
  await isUsed(secure);
});

test('the password and the database of the address are used', { skip }, async (t) => {
  const server = await redisServer(t, SECRET);

  await isUsed(await connectedRedisStore(server.clients, `${server.url}/15`));

  assert.match((await server.control.info('keyspace')).trim(), /^# Keyspace\r\ndb15:keys=1,/);
});

test('no password is in any output of the process, which answers without Redis', { skip }, async (t) => {
  const { urlWith } = await redisServer(t, SECRET);
  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], {
    REDIS_URL: urlWith('wr0ng-s3cret'),
    LOG_LEVEL: 'debug',
  });
  const { url, adminUrl } = await service.listening();
  await service.logLine('redis is not connected');

  const answer = await fetch(`${url}/v1?data=hello`);
  const shown = await Promise.all(['status', 'metrics'].map((path) => textOf(`${adminUrl}/${path}`)));
  const exitCode = await service.stop();

  assert.deepEqual([answer.status, exitCode], [200, 0]);
  assert.doesNotMatch([...service.stdout, ...service.stderr, ...shown].join('\n'), /s3cret/);
});

for (const error of ['MOVED 1 127.0.0.1:1', 'ASK 1 127.0.0.1:1', 'CLUSTERDOWN down', 'CROSSSLOT keys']) {
  test(`a Redis that says ${error} to a command is a cluster, even if INFO does not say so`, async (t) => {
    const redis = await fakeRedis(t);
    const { store, connection } = await connectedRedisStore(endingOf(t), redis.url);
    redis.answer(([name]) => (name === 'get' ? `-${error}\r\n` : undefined));

    assert.equal(await store.get('hello'), undefined);

    assert.deepEqual([connection.status().isUp, connection.status().trouble], [false, 'cluster']);
  });
}

for (const reply of [
  "-NOPERM User x has no permissions to run the 'info' command",
  "-ERR unknown command 'INFO'",
]) {
  test(`one that says "${reply}" is used`, async (t) => {
    const redis = await fakeRedis(t, onInfo(`${reply}\r\n`));

    await isUsed(await connectedRedisStore(endingOf(t), redis.url));
  });
}

test('a Redis that loads its data is "loading", which is reported once, and is used afterwards', async (t) => {
  const redis = await fakeRedis(t, onInfo(bulk('redis_mode:standalone\r\nloading:1\r\n')));
  const { connection, world } = await hasTrouble(endingOf(t), redis.url, 'loading');
  await until(t, () => redis.connections() > 4);
  const reports = world.told('redis-connection').length;

  redis.answer(() => undefined);

  await until(t, () => connection.status().isUp);
  assert.equal(reports, 1);
});

redisTest('a Redis that was killed is used again, and each reason is reported', async (redis, t) => {
  const { server, world, connection, becomes } = redis;
  await isUsed(redis);
  await server.kill();
  await until(t, () => connection.status().trouble === 'refused');

  await server.start();
  await becomes('up');

  assert.deepEqual(connection.status(), { isUp: true, trouble: undefined, breaker: 'closed', overdue: 0 });
  await isUsed(redis);
  assert.deepEqual(
    world.told('redis-connection').map(({ isUp, trouble }) => trouble ?? isUp),
    [true, 'closed', 'refused', true],
  );
});

redisTest('commands do not reject when Redis is killed', async ({ server, store, connection, becomes }) => {
  server.freeze();
  const gets = ['1', '2', '3'].map((text) => store.get(text));
  store.set('4', '4');
  const count = connection.run({
    op: 'count',
    key: 'x',
    maxReplyBytes: 256,
    send: ({ redis }) => redis.incrby('x', 1),
    reads: Number,
  });

  await server.kill();
  await becomes('down');

  assert.deepEqual(await Promise.all([...gets, count]), Array(4).fill(undefined));
});

redisTest('a closed connection does not come back', async ({ connection, store, becomes, outcomes }) => {
  connection.close();
  await becomes('down');

  assert.deepEqual([store.get('hello'), store.set('hello', 'HELLO')], [undefined, false]);
  assert.deepEqual(outcomes(), ['get skipped', 'set skipped']);
});

/** Connects to it, and checks that no call waits for it, that it is not used, and why. */
async function hasTrouble(clients: Ending, url: string, trouble: RedisTrouble, ca?: string) {
  const redis = startRedisStore(clients, url, ca);
  assert.deepEqual([redis.store.get('hello'), redis.store.set('hello', 'HELLO')], [undefined, false]);
  await redis.becomes('down');

  assert.deepEqual(redis.world.told('redis-connection'), [
    { type: 'redis-connection', isUp: false, trouble },
  ]);
  assert.deepEqual([redis.store.get('hello'), redis.store.set('hello', 'HELLO')], [undefined, false]);
  return redis;
}

async function isUsed({
  store,
}: Pick<Awaited<ReturnType<typeof connectedRedisStore>>, 'store'>): Promise<void> {
  assert.equal(store.get('hello') instanceof Promise, true);
  assert.equal(store.set('hello', 'HELLO'), true);
  assert.equal(await store.get('hello'), 'HELLO');
}

/** Answers INFO with this reply, and the others correctly. */
function onInfo(reply: string): Script {
  return ([name]) => (name === 'info' ? reply : undefined);
}

/** A server that does this to each connection. */
async function urlOfServer(t: TestContext, act: (socket: Socket) => void): Promise<string> {
  return `redis://127.0.0.1:${(await tcpServer(t, act)).port}`;
}

function endingOf(t: TestContext): Ending {
  return { after: (run) => t.after(run) };
}

function caOf({ certificates }: RedisServer): string | undefined {
  return certificates && readFileSync(certificates.caFile, 'utf8');
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}
