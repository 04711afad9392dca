import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { rootCertificates } from 'node:tls';
import { troubleOfSocket } from '../../../src/cache/redis-trouble.ts';
import { requestCounter } from '../../../src/cache/request-counter.ts';
import { REDIS_TROUBLES, type RedisTrouble } from '../../../src/core/events.ts';
import { bulk, fakeRedis, replyTo } from '../../support/fake-redis.ts';
import { closedUrl, tcpServer } from '../../support/http-server.ts';
import { leadsHere } from '../../support/leads-here.ts';
import type { RedisOptions, RedisServer } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import {
  connectedRedisStore,
  type Place,
  type RedisUnderTest,
  redisTest,
  serverTest,
  startRedisStore,
} from './redis-under-test.ts';

const HTTP = 'HTTP/1.1 400 Bad Request\r\n\r\n';
const SECRET = { password: 'r1ght-s3cret' };
const TLS = { tls: true };
const CLUSTER = { isCluster: true };

type Address = (t: TestContext) => string | Promise<string>;

serverTest('the name of Redis is looked up as the connections of this process do it', async (server, t) => {
  const url = server.url.replace('127.0.0.1', 'redis.test');

  const { becomes } = startRedisStore(t, url, { lookup: leadsHere('redis.test') });

  await becomes('up');
});

test('an attempt to connect can take a second', async (t) => {
  const asked = Promise.withResolvers<void>();
  const { client } = startRedisStore(t, 'redis://redis.test', { lookup: () => asked.resolve() });

  await asked.promise;

  assert.equal(client.stream.timeout, 1000);
});

/** Addresses of servers that are not Redis, or that are a Redis that cannot be used. */
const UNUSABLE: readonly [what: string, trouble: RedisTrouble, address: Address][] = [
  ['a closed port', 'refused', closedRedisUrl],
  ['a host that does not exist', 'name_not_found', () => 'redis://no-such-host.invalid'],
  ['an HTTP server', 'protocol', async (t) => (await fakeRedis(t, () => HTTP)).url],
  ['a port that closes each connection', 'closed', urlOf('redis:', (socket) => socket.destroy())],
  ['TLS asked of a server without it', 'no_tls', urlOf('rediss:', (socket) => socket.write(HTTP))],
  [
    'a server that loads its data',
    'loading',
    greeting('-LOADING Redis is loading the dataset in memory\r\n'),
  ],
  ['a Sentinel', 'sentinel', greeting(bulk('redis_mode:sentinel\r\n'))],
  ['a Sentinel that is asked for a database', 'no_such_database', sentinelDatabase],
  [
    'a server in protected mode',
    'protected_mode',
    greeting('-DENIED Redis is running in protected mode\r\n'),
  ],
  ['a server that wants a password', 'password_missing', greeting('-NOAUTH Authentication required.\r\n')],
];
for (const [what, trouble, address] of UNUSABLE) {
  test(`${what} is "${trouble}"`, async (t) => hasTrouble(startRedisStore(t, await address(t)), trouble));
}

const OWN: [what: string, trouble: RedisTrouble, url: (server: RedisServer) => string, RedisOptions?][] = [
  ['a wrong password', 'wrong_password', ({ urlWith }) => urlWith('wr0ng'), SECRET],
  ['a wrong password and a database', 'wrong_password', ({ urlWith }) => `${urlWith('wr0ng')}/1`, SECRET],
  ['no password', 'password_missing', ({ urlWith }) => urlWith(''), SECRET],
  ['a database without a password', 'password_missing', ({ urlWith }) => `${urlWith('')}/1`, SECRET],
  ['an unknown user', 'wrong_password', ({ url }) => url.replace('redis://', 'redis://nobody:word@')],
  ['a database that Redis does not have', 'no_such_database', ({ url }) => `${url}/16`],
  ['a Redis Cluster', 'cluster', ({ url }) => url, CLUSTER],
  ['a Redis Cluster that is asked for a database', 'cluster', ({ url }) => `${url}/1`, CLUSTER],
  // A Redis without TLS waits for a line feed.
  ['TLS asked of a plain Redis', 'no_answer', ({ url }) => url.replace('redis:', 'rediss:')],
  ['a name not in the certificate', 'certificate', ({ url }) => url.replace('127.0.0.1', 'localhost'), TLS],
];
for (const [what, trouble, url, options] of OWN) {
  serverTest(
    `${what} is "${trouble}"`,
    async (server, t) => hasTrouble(startRedisStore(t, url(server), secured(server)), trouble),
    options,
  );
}

serverTest('a user needs no other permissions than those that "not_permitted" names', async (server, t) => {
  const needed = REDIS_TROUBLES.not_permitted.match(/[~+]\S+/g) ?? [];
  await server.control.call('ACL', 'SETUSER', 'least', 'on', '>word', ...needed);
  const redis = await connectedRedisStore(t, `${server.url.replace('//', '//least:word@')}/1`, server);

  await isUsed(redis);
  await Promise.all([redis.store.get('a'), redis.store.get('b')]);
  await requestCounter(redis.world.clock, { perMinute: 1, redis: redis.connection }).count('a');
  redis.connection.doubt();
  await until(t, () => redis.outcomes().some((outcome) => outcome.startsWith('echo')));
  await redis.client.unlink('tuohs:v1:x');

  assert.deepEqual(await server.control.call('ACL', 'LOG'), []);
});

redisTest('too many clients are "too_many_clients"', async ({ server, control }, t) => {
  await control.config('SET', 'maxclients', '1');

  await hasTrouble(startRedisStore(t, server.url, server), 'too_many_clients');
});

redisTest('a password that is set later is "password_missing"', async ({ control, store, connection }, t) => {
  await control.config('SET', 'requirepass', 'r1ght-s3cret');
  await control.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');

  await until(t, () => connection.status().trouble === 'password_missing');

  assert.equal(store.get('hello'), undefined);
});

redisTest('of two errors, the first is the reason', async ({ connection, client, becomes }) => {
  for (const code of ['ETIMEDOUT', 'ECONNRESET']) {
    client.emit('error', Object.assign(new Error(code), { code }));
  }

  assert.equal(connection.status().trouble, 'no_answer');
  await becomes('down');
});

test('a connection that reports a second error does not end the process', async (t) => {
  const { connection, client } = startRedisStore(t, await closedRedisUrl());
  await until(t, () => connection.status().trouble === 'refused');

  client.stream.emit('error', new Error('a second one'));

  assert.equal(connection.status().isUp, false);
});

serverTest(
  'a TLS port without TLS is "protocol" or "closed", a wrong CA is "certificate", the right one connects',
  async (server, t) => {
    const wrong = { ...server, ca: rootCertificates[0] };
    await hasTrouble(startRedisStore(t, server.url, wrong), 'certificate');
    const plain = startRedisStore(t, server.url.replace('rediss:', 'redis:'), server);
    await plain.becomes('down');

    assert.match(plain.changes().join(), /^down: (protocol|closed)$/);
    await isUsed(await connectedRedisStore(t, server.url, secured(server)));
  },
  TLS,
);

serverTest(
  'the password and the database of the address are used',
  async (server, t) => {
    await isUsed(await connectedRedisStore(t, `${server.url}/15`, server));

    assert.match((await server.control.info('keyspace')).trim(), /^# Keyspace\r\ndb15:keys=1,/);
  },
  SECRET,
);

test('the code of a failed connection gives its reason', () => {
  const codes: Readonly<Record<string, RedisTrouble>> = {
    ...{ EAI_AGAIN: 'name_not_found', EHOSTUNREACH: 'no_route', ENETUNREACH: 'no_route' },
    ...{ EADDRNOTAVAIL: 'no_route', ECONNRESET: 'closed', EPROTO: 'no_tls' },
    ...{ CERT_HAS_EXPIRED: 'certificate', UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate' },
    ...{ UNABLE_TO_GET_CRL: 'certificate', INVALID_CA: 'certificate', INVALID_PURPOSE: 'certificate' },
    ...{ HOSTNAME_MISMATCH: 'certificate', ERR_TLS_CERT_ALTNAME_INVALID: 'certificate' },
  };

  const all = Object.keys(codes).map((code) => [code, troubleOfSocket(Object.assign(new Error(), { code }))]);

  assert.deepEqual(Object.fromEntries(all), codes);
});

for (const [error, trouble] of [
  ['MOVED 1 127.0.0.1:1', 'cluster'],
  ['ASK 1 127.0.0.1:1', 'cluster'],
  ['CLUSTERDOWN down', 'cluster'],
  ['CROSSSLOT keys', 'cluster'],
  ['DENIED Redis is running in protected mode', 'protected_mode'],
  ['LOADING Redis is loading the dataset in memory', 'loading'],
  ['NOAUTH Authentication required.', 'password_missing'],
]) {
  test(`a Redis that says ${error} to a command is "${trouble}", even if it answered INFO`, async (t) => {
    const redis = await fakeRedis(t);
    const { store, changes } = await connectedRedisStore(t, redis.url);
    redis.answer(replyTo('get', `-${error}\r\n`));

    assert.equal(await store.get('hello'), undefined);

    assert.deepEqual(changes(), ['up', `down: ${trouble}`]);
  });
}

for (const [command, error, trouble] of [
  ['set', "OOM command not allowed when used memory > 'maxmemory'.", 'full'],
  ['set', 'MISCONF Redis is configured to save RDB snapshots, but it cannot', 'not_saving'],
  ['get', "NOPERM User x has no permissions to run the 'get' command", 'not_permitted'],
  ['get', 'BUSY Redis is busy running a script.', 'rejected'],
] as const) {
  test(`a Redis that says ${error} to ${command} is "${trouble}", and stays connected`, async (t) => {
    const redis = await fakeRedis(t);
    const { store, changes, world, connection } = await connectedRedisStore(t, redis.url);
    const useAll = async () => {
      store.set('hello', 'HELLO');
      await store.get('hello');
      await store.get('hello');
    };
    redis.answer(replyTo(command, `-${error}\r\n`));
    for (const ms of [0, 5000, 0]) {
      await world.clock.advance(ms);
      await useAll();
    }
    redis.answer(() => undefined);
    await world.clock.advance(9999);
    await useAll();
    await world.clock.advance(1);
    // A successful GET does not end the trouble that SET has.
    if (command === 'set') await store.get('hello');
    const before = connection.status().trouble;

    await useAll();

    assert.equal(before, trouble);
    assert.deepEqual(changes(), ['up', `up: ${trouble}`, 'up']);
  });
}

test('if Redis refuses two commands, the first is the reason as long as it is refused', async (t) => {
  const redis = await fakeRedis(t);
  const { store, changes, world } = await connectedRedisStore(t, redis.url);
  redis.answer(([name]) => (name === 'set' ? '-OOM full\r\n' : '-BUSY with a script\r\n'));

  store.set('hello', 'HELLO');
  await store.get('hello');
  await world.clock.advance(10_000);
  await store.get('hello');

  assert.deepEqual(changes(), ['up', 'up: full', 'up: rejected']);
});

for (const reply of ["NOPERM User x has no permissions to run 'info'", "ERR unknown command 'INFO'"]) {
  test(`a Redis that says "${reply}" is used`, async (t) => {
    const { url } = await fakeRedis(t, replyTo('info', `-${reply}\r\n`));

    await isUsed(await connectedRedisStore(t, url));
  });
}

test('a Redis that loads its data is "loading", which is reported once, and is used afterwards', async (t) => {
  const redis = await fakeRedis(t, replyTo('info', bulk('redis_mode:standalone\r\nloading:1\r\n')));
  const { becomes, changes } = startRedisStore(t, redis.url);
  await until(t, () => redis.connections() > 4);

  redis.answer(() => undefined);

  await becomes('up');
  assert.deepEqual(changes(), ['down: loading', 'up']);
});

redisTest('a Redis that was killed is used again, and each reason is reported', async (redis, t) => {
  const { server, connection, becomes, changes } = redis;
  await isUsed(redis);
  await server.kill();
  await until(t, () => connection.status().trouble === 'refused');

  await server.start();
  await becomes('up');

  assert.deepEqual(connection.status(), { isUp: true, trouble: undefined, breaker: 'closed', overdue: 0 });
  await isUsed(redis);
  await server.kill();
  await becomes('down');
  assert.deepEqual(changes().slice(0, 5), ['up', 'down: closed', 'down: refused', 'up', 'down: closed']);
});

redisTest('commands do not reject when Redis is killed', async (redis) => {
  const { server, store, connection, becomes, outcomes } = redis;
  server.freeze();
  const gets = ['1', '2', '3'].map((text) => store.get(text));
  store.set('4', '4');
  const count = connection.run({
    ...{ op: 'count', keys: ['x'], maxReplyBytes: () => 256, reads: Number },
    send: (client) => client.incrby('x', 1),
  });

  await server.kill();
  await becomes('down');

  assert.deepEqual(await Promise.all([...gets, count]), Array(4).fill(undefined));
  // Redis answered no command, so the breaker must not count any as a success.
  assert.deepEqual(new Set(outcomes().map((outcome) => outcome.split(' ')[1])), new Set(['timeout']));
});

test('a connection comes back after a second and up to a quarter more, so that processes do not reconnect together', (t) => {
  const { reconnectMs, world } = startRedisStore(t, 'redis://127.0.0.1:1');

  world.clock.setRandom(0.8);

  assert.equal(reconnectMs(), 1200);
});

redisTest('a connection that we close does not come back, and is not reported as lost', async (redis) => {
  const ended = once(redis.client, 'end');
  redis.connection.close();
  await ended;

  isLeftAlone(redis);
  assert.deepEqual(redis.outcomes(), ['get skipped', 'set skipped']);
  assert.deepEqual(redis.changes(), ['up']);
});

/** Checks that this Redis is not used because of `trouble`, and that no call waits for it. */
async function hasTrouble(redis: RedisUnderTest, trouble: RedisTrouble): Promise<void> {
  isLeftAlone(redis);
  await redis.becomes('down');

  assert.deepEqual(redis.changes(), [`down: ${trouble}`]);
  isLeftAlone(redis);
}

function isLeftAlone({ store }: RedisUnderTest): void {
  assert.deepEqual([store.get('hello'), store.set('hello', 'HELLO')], [undefined, false]);
}

async function isUsed({ store }: RedisUnderTest): Promise<void> {
  assert.equal(store.set('hello', 'HELLO'), true);
  assert.equal(await store.get('hello'), 'HELLO');
}

async function closedRedisUrl(): Promise<string> {
  return (await closedUrl()).replace('http:', 'redis:');
}

/** The address of a server that calls `act` for each connection. */
function urlOf(scheme: string, act: (socket: Socket) => void): Address {
  return async (t) => `${scheme}//127.0.0.1:${(await tcpServer(t, act)).port}`;
}

/** The address of a Redis that answers INFO with `reply`. */
function greeting(reply: string): Address {
  return async (t) => (await fakeRedis(t, replyTo('info', reply))).url;
}

async function sentinelDatabase(t: TestContext): Promise<string> {
  const refusal = "-ERR unknown command 'select', with args beginning with: '1' \r\n";
  return `${(await fakeRedis(t, replyTo('select', refusal))).url}/1`;
}

/** The options for a connection to this server, with the certificate of its CA if it has one. */
function secured({ clients, certificates }: RedisServer): Place {
  return { clients, ca: certificates && readFileSync(certificates.caFile, 'utf8') };
}
