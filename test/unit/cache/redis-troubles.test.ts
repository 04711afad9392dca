import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { rootCertificates } from 'node:tls';
import type { RedisTrouble } from '../../../src/core/events.ts';
import { makeCertificates } from '../../support/certificates.ts';
import { bulk, fakeRedis, type Script } from '../../support/fake-redis.ts';
import { folder } from '../../support/folder.ts';
import { freePort } from '../../support/free-port.ts';
import { closedUrl } from '../../support/http-server.ts';
import type { Ending } from '../../support/process.ts';
import { redisServer, skipWithoutRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import { connectedRedisStore, startRedisStore } from './redis-under-test.ts';

const skip = skipWithoutRedis;

test('a port where nobody listens is "refused"', async (t) => {
  await hasTrouble(t, { url: (await closedUrl()).replace('http:', 'redis:') }, 'refused');
});

test('a host that does not exist is "name_not_found"', async (t) => {
  await hasTrouble(t, { url: 'redis://no-such-host.invalid' }, 'name_not_found');
});

test('an HTTP server is "protocol"', async (t) => {
  const { url } = await fakeRedis(t, () => 'HTTP/1.1 400 Bad Request\r\n\r\n');

  await hasTrouble(t, { url }, 'protocol');
});

test('a port that closes each connection is "closed"', async (t) => {
  const url = await urlOfServer(t, (socket) => socket.destroy());

  await hasTrouble(t, { url }, 'closed');
});

for (const [what, secret, trouble] of [
  ['a wrong password', 'wr0ng-s3cret', 'wrong_password'],
  ['no password', '', 'password_missing'],
] as const) {
  test(`${what} is "${trouble}"`, { skip }, async (t) => {
    const server = await redisServer(t, { password: 'r1ght-s3cret' });

    await hasTrouble(t, { url: server.urlWith(secret), clients: server.clients }, trouble);
  });
}

test('an unknown user is "wrong_password"', { skip }, async (t) => {
  const server = await redisServer(t);
  const url = server.url.replace('redis://', 'redis://nobody:word@');

  await hasTrouble(t, { url, clients: server.clients }, 'wrong_password');
});

test('a password that Redis is given later is "password_missing"', { skip }, async (t) => {
  const server = await redisServer(t);
  const { connection, store } = await connectedRedisStore(server.clients, server.url);
  await server.control.config('SET', 'requirepass', 'r1ght-s3cret');
  await server.control.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');

  await until(t, () => connection.status().trouble === 'password_missing');

  assert.equal(store.get('hello'), undefined);
});

test('a database that Redis does not have is "no_such_database"', { skip }, async (t) => {
  const server = await redisServer(t);

  await hasTrouble(t, { url: `${server.url}/16`, clients: server.clients }, 'no_such_database');
});

test('a database that it has is used', { skip }, async (t) => {
  const server = await redisServer(t);
  const { store } = await connectedRedisStore(server.clients, `${server.url}/15`);

  store.set('hello', 'HELLO');
  await store.get('hello');

  assert.match((await server.control.info('keyspace')).trim(), /^# Keyspace\r\ndb15:keys=1,/);
});

for (const database of ['', '/1']) {
  test(`a Redis Cluster is refused, asked for ${database || 'no database'}`, { skip }, async (t) => {
    const server = await redisServer(t, { more: ['--cluster-enabled', 'yes'] });

    await hasTrouble(t, { url: `${server.url}${database}`, clients: server.clients }, 'cluster');
  });
}

for (const error of ['MOVED 1 127.0.0.1:1', 'ASK 1 127.0.0.1:1', 'CLUSTERDOWN down', 'CROSSSLOT keys']) {
  test(`a Redis that says ${error} to a command is a cluster, whatever INFO says`, async (t) => {
    const redis = await fakeRedis(t);
    const { store, connection } = await connectedRedisStore(endingOf(t), redis.url);
    redis.answer(([name]) => (name === 'get' ? `-${error}\r\n` : undefined));

    assert.equal(await store.get('hello'), undefined);

    assert.deepEqual([connection.status().isUp, connection.status().trouble], [false, 'cluster']);
  });
}

test('one that loads its data is "loading", and is used once it has', async (t) => {
  const redis = await fakeRedis(t, infoOf('loading:1'));
  const { connection } = await hasTrouble(t, { url: redis.url }, 'loading');

  redis.answer(() => undefined);

  await until(t, () => connection.status().isUp);
});

for (const [reply, trouble] of [
  ['-LOADING Redis is loading the dataset in memory', 'loading'],
  ['-DENIED Redis is running in protected mode', 'protected_mode'],
  ['-ERR max number of clients reached', 'too_many_clients'],
  ['-NOAUTH Authentication required.', 'password_missing'],
] as const) {
  test(`"${reply}" at first is "${trouble}"`, async (t) => {
    const redis = await fakeRedis(t, ([name]) => (name === 'info' ? `${reply}\r\n` : undefined));

    await hasTrouble(t, { url: redis.url }, trouble);
  });
}

for (const reply of [
  "-NOPERM User x has no permissions to run the 'info' command",
  "-ERR unknown command 'INFO'",
]) {
  test(`one that says "${reply}" is used`, async (t) => {
    const redis = await fakeRedis(t, ([name]) => (name === 'info' ? `${reply}\r\n` : undefined));
    const { store } = await connectedRedisStore(endingOf(t), redis.url);

    store.set('hello', 'HELLO');

    assert.equal(await store.get('hello'), 'HELLO');
  });
}

test('too many clients are "too_many_clients"', { skip }, async (t) => {
  const server = await redisServer(t);
  await server.control.config('SET', 'maxclients', '1');

  await hasTrouble(t, { url: server.url, clients: server.clients }, 'too_many_clients');
});

test('TLS asked of a plain Redis is "no_answer", for it waits for the end of a line', { skip }, async (t) => {
  const server = await redisServer(t);
  const url = server.url.replace('redis:', 'rediss:');

  await hasTrouble(t, { url, clients: server.clients }, 'no_answer');
});

test('TLS asked of a port that says something else is "no_tls"', async (t) => {
  const url = await urlOfServer(t, (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));

  await hasTrouble(t, { url: url.replace('redis:', 'rediss:') }, 'no_tls');
});

test('no TLS where it is wanted is "protocol" or "closed", and a wrong CA is "certificate"', {
  skip,
}, async (t) => {
  const { server, url } = await tlsServer(t);

  await hasTrouble(t, { url, clients: server.clients, ca: rootCertificates[0] }, 'certificate');
  const plain = startRedisStore(server.clients, url.replace('rediss:', 'redis:'));
  await plain.becomes('down');

  assert.match(plain.connection.status().trouble ?? '', /^(protocol|closed)$/);
});

test('a name that the certificate does not have is "certificate"', { skip }, async (t) => {
  const { server, url, ca } = await tlsServer(t);

  const other = url.replace('127.0.0.1', 'localhost');
  await hasTrouble(t, { url: other, clients: server.clients, ca }, 'certificate');
});

test('the right CA lets us in', { skip }, async (t) => {
  const { server, url, ca } = await tlsServer(t);
  const { store, becomes } = startRedisStore(server.clients, url, ca);
  await becomes('up');

  store.set('hello', 'HELLO');

  assert.equal(await store.get('hello'), 'HELLO');
});

test('a reason is told once, however often it is met', async (t) => {
  const redis = await fakeRedis(t, infoOf('loading:1'));
  const { world } = await hasTrouble(t, { url: redis.url }, 'loading');

  await until(t, () => redis.connections() > 4);

  assert.deepEqual(world.told('redis-connection'), [
    { type: 'redis-connection', isUp: false, trouble: 'loading' },
  ]);
});

test('a reason that changes is told again', { skip }, async (t) => {
  const server = await redisServer(t);
  const { world, connection } = await connectedRedisStore(server.clients, server.url);

  await server.kill();
  await until(t, () => connection.status().trouble === 'refused');
  await server.start();
  await until(t, () => connection.status().isUp);

  assert.deepEqual(
    world.told('redis-connection').map(({ isUp, trouble }) => trouble ?? isUp),
    [true, 'closed', 'refused', true],
  );
});

interface Address {
  readonly url: string;
  readonly clients?: Ending;
  readonly ca?: string | undefined;
}

/** Connects to it and sees that it is not used, and why. */
async function hasTrouble(t: TestContext, { url, clients, ca }: Address, trouble: RedisTrouble) {
  const redis = startRedisStore(clients ?? endingOf(t), url, ca);
  await redis.becomes('down');

  assert.deepEqual(redis.world.told('redis-connection'), [
    { type: 'redis-connection', isUp: false, trouble },
  ]);
  assert.deepEqual([redis.store.get('hello'), redis.store.set('hello', 'HELLO')], [undefined, false]);
  return redis;
}

/** A Redis that says this of itself. */
function infoOf(line: string): Script {
  return ([name]) => (name === 'info' ? bulk(`redis_mode:standalone\r\n${line}\r\n`) : undefined);
}

/** A server that does this to whoever connects. */
async function urlOfServer(t: TestContext, act: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    act(socket);
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function endingOf(t: TestContext): Ending {
  return { after: (run) => t.after(run) };
}

async function tlsServer(t: TestContext) {
  const { caFile, certFile, keyFile } = makeCertificates(await folder(t));
  const tls = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', caFile];
  const port = await freePort();
  const server = await redisServer(t, {
    more: ['--tls-port', `${port}`, '--tls-auth-clients', 'no', ...tls],
  });
  return { server, url: `rediss://127.0.0.1:${port}`, ca: readFileSync(caFile, 'utf8') };
}
