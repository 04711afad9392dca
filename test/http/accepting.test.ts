import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type ListenOptions, Socket } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { reverser, reverseShout } from '../../src/core/reverse.ts';
import { acceptors, sharedPort } from '../../src/http/acceptors.ts';
import { testApi } from '../support/api.ts';
import { fakeShouter } from '../support/fake-shouter.ts';
import { pick } from '../support/pick.ts';
import { published } from '../support/published.ts';
import { postOf, rawClient } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { worldOn } from '../support/world.ts';

const CLIENTS = 60;

const SHARED = { skip: process.platform !== 'linux' && 'only Linux shares a port between sockets' };

test('many of the connections that wait are accepted in one turn of the event loop', SHARED, async (t) => {
  const server = testApi(t);
  const port = await server.listen({ host: '127.0.0.1', port: 0, reusePort: true });
  const accepted: number[] = [];
  const count = () => {
    accepted.push(server.status().connections);
    if (accepted.at(-1) !== CLIENTS) setImmediate(count);
  };

  const clients = Array.from({ length: CLIENTS }, () => connect({ host: '127.0.0.1', port }));
  count();
  await until(t, () => accepted.at(-1) === CLIENTS);

  const mostInTurn = Math.max(...accepted.map((sum, turn) => sum - (accepted[turn - 1] ?? 0)));
  assert.ok(mostInTurn > 4, `${mostInTurn}`);
  for (const client of clients) client.destroy();
  await server.close();
  await assert.rejects(once(connect({ host: '127.0.0.1', port }), 'connect'), { code: 'ECONNREFUSED' });
});

test(
  'each socket that shares a port lets 256 connections wait, sends at once, buffers 16 KiB at most, and answers a client that ends its side behind its request',
  SHARED,
  async (t) => {
    const listening = published<{ options: ListenOptions }>(t, 'tracing:net.server.listen:asyncStart');
    const made = published<{ socket: Socket }>(t, 'net.server.socket');
    const upstream = fakeShouter();
    upstream.hold();
    const server = testApi(t, { reverseShout: reverseShout(upstream, reverser('grapheme')) });
    const port = await server.listen({ host: '127.0.0.1', port: 0, reusePort: true });
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => rawClient(t, port)));

    assert.deepEqual(pick(pick(listening, 'options'), 'backlog'), Array(16).fill(256));
    assert.deepEqual(new Set(made.map(({ socket }) => socket.writableHighWaterMark)), new Set([16_384]));
    assert.deepEqual(new Set(made.map(({ socket }) => sendsAtOnce(socket))), new Set([true]));
    for (const { socket } of clients) socket.end(postOf('hello'));
    await until(t, () => upstream.calls.length === CLIENTS);
    upstream.answerHeld();

    for (const client of clients) assert.match(await client.closed(), /OLLEH/);
  },
);

test('the requests of a client that resets its connection before it is accepted are not answered', async (t) => {
  const upstream = fakeShouter();
  const server = testApi(t, { reverseShout: reverseShout(upstream, reverser('grapheme')) });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  const leave = `const socket = require('node:net').connect(${port}, '127.0.0.1', () => socket.write(${JSON.stringify(postOf('gone'))}, () => socket.resetAndDestroy()))`;

  // `spawnSync` blocks this process, so that it cannot accept the connection before the client has left.
  spawnSync(process.execPath, ['-e', leave]);
  const client = await rawClient(t, port);
  client.send(postOf('here'));
  await client.heard('EREH');

  assert.deepEqual(upstream.calls, ['ereh']);
});

test('connections that wait in the kernel when the server closes are accepted and answered', async (t) => {
  // The clock stands still, so that the time limit of the wait is never reached.
  const server = testApi(t, { world: worldOn({ ...systemClock, now: () => 0 }) });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });

  const answered = Array.from({ length: CLIENTS }, async () => {
    const client = await rawClient(t, port);
    client.send(postOf('hello'));
    await client.heard('OLLEH');
  });
  await new Promise<void>((resolve) => process.nextTick(resolve));
  const closing = server.close();

  await Promise.all(answered);
  await closing;
});

test('no other server can listen on a port that is reserved for sharing', SHARED, async () => {
  const { port, leave } = await sharedPort('127.0.0.1', 0);

  const other = createServer().listen({ host: '127.0.0.1', port });
  await assert.rejects(once(other, 'listening'), { code: 'EADDRINUSE' });
  leave();
  await assert.rejects(once(connect({ host: '127.0.0.1', port }), 'connect'), { code: 'ECONNREFUSED' });
});

for (const [what, isNewAt, waitsMs] of [
  ['more than a second while clients connect again and again', () => true, 1000],
  ['fewer than three turns in a row without a new connection', (ms: number) => ms === 30, 60],
] as const) {
  test(`the server does not wait for ${what}`, async () => {
    const server = createServer();
    let nowMs = 0;
    const soon = (run: () => void) => {
      nowMs += 10;
      if (isNewAt(nowMs)) server.emit('connection', new Socket());
      setImmediate(run);
      return () => {};
    };

    await acceptors(server, { now: () => nowMs, soon }).acceptWaiting();

    assert.equal(nowMs, waitsMs);
  });
}

/** Whether TCP sends the second of two small pieces before the first is acknowledged. The key of Node's setting is a symbol. */
function sendsAtOnce(socket: Socket): unknown {
  return Object.getOwnPropertySymbols(socket)
    .filter(({ description }) => description === 'kSetNoDelay')
    .map((symbol) => Reflect.get(socket, symbol))[0];
}
