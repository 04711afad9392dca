import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fakeApi, listeningApi, listeningServer } from '../support/api.ts';
import { ask } from '../support/ask.ts';
import { parsed } from '../support/raw-answer.ts';
import { postOf, rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';

const STALLED = postOf('hello').slice(0, -9);

for (const [what, sent, slowClientMs, isSilent] of [
  ['headers that come too slowly are', 'GET /v1?data=hello HTTP/1.1\r\nhost: x\r\n', 50, false],
  ['a body that stalls is', STALLED, 50, false],
  ['a body that stalls on a connection that was silent at first is', STALLED, 1, true],
] as const) {
  test(`${what} answered with 408, and the answer says that the connection closes`, async (t) => {
    const timers = t.mock.method(Socket.prototype, 'setTimeout').mock;
    const options = { slowClientMs, keepAliveTimeoutMs: 86_400_000 };
    const client = await rawClient(t, await listeningApi(t, { options }));
    if (isSilent) await until(t, () => timers.calls.some(({ arguments: [ms] }) => ms === 86_400_000));

    client.send(sent);

    const { status, headers, body } = parsed(await client.heard(/\}$/));
    assert.deepEqual([status, JSON.parse(body).code], [408, 'REQUEST_TIMEOUT']);
    assert.equal(headers.get('connection'), 'close');
    assert.match(JSON.parse(body).detail, /^headers/.test(what) ? /^The headers did/ : /^The body stopped/);
  });
}

test('headers that trickle in for too long are answered with 408, too', async (t) => {
  const client = await rawClient(t, await listeningApi(t, { options: { slowClientMs: 200 } }));
  client.send('GET / HTTP/1.1\r\nhost: x\r\na: ');

  await until(t, () => {
    client.send('bbbb');
    return client.text() !== '';
  });

  assert.equal(parsed(await client.heard(/\}$/)).status, 408);
});

for (const [what, sent] of [
  ['its answers', requestOf('GET /docs/swagger-ui-bundle.js').repeat(8)],
  ['the answers to more requests than it can send', requestOf('GET /docs/swagger-ui-bundle.js').repeat(200)],
] as const) {
  test(`a client that does not read ${what} is cut off, and the system drops what was not read`, async (t) => {
    const server = await listeningServer(t, { options: { slowClientMs: 50 } });
    const deaf = await rawClient(t, server.port);
    deaf.socket.pause();

    deaf.send(sent);

    await until(t, () => server.status().heldBytes > 0);
    await until(t, () => server.status().connections === 0);
    deaf.socket.resume();
    await deaf.closed();
    assert.match(`${deaf.socket.errored}`, /ECONNRESET/);
  });
}

test('Node looks for slow headers every second, keeps 200 headers, ends no upload or kept connection, and makes no stream for a request without a body', async (t) => {
  const seen: unknown[] = [];
  const traced = (listener: RequestListener): RequestListener => {
    return (request, response) => {
      const { server } = request.socket as Socket & {
        server: Server & { connectionsCheckingInterval: number };
      };
      seen.push(server.connectionsCheckingInterval, server.requestTimeout, server.keepAliveTimeout);
      seen.push(server.maxHeadersCount, request.readableEnded);
      listener(request, response);
    };
  };

  await ask(`http://127.0.0.1:${await listeningApi(t, { traced })}`, { path: '/health' });

  assert.deepEqual(seen, [1000, 0, 0, 200, true]);
});

test('a body does not count as stalled while it is not read because earlier requests wait', async (t) => {
  const { upstream, server, port } = await fakeApi(t, { options: { slowClientMs: 500 } });
  upstream.hold();
  const waiting = await rawClient(t, port);
  waiting.send(requestOf('GET /v1?data=a'));
  waiting.send(requestOf('POST /v1', { type: 'text/plain', body: 'b'.repeat(200_000) }));
  await until(t, () => server.status().heldBytes > 65_536);
  const stalled = await rawClient(t, port);
  stalled.send(STALLED);
  await stalled.heard('REQUEST_TIMEOUT');

  upstream.recover();

  await waiting.heard('BBB');
});

test('a client does not count as stalled while its connection waits for its turn to be read', async (t) => {
  const readOn = Promise.withResolvers<void>();
  const { port } = await fakeApi(t, { nextTurn: () => readOn.promise, options: { slowClientMs: 500 } });
  const waiting = await rawClient(t, port);
  const [request, rest] = [postOf('late').slice(0, -6), postOf('late').slice(-6)];
  waiting.send(requestOf('GET /v1?data=a') + request);
  await waiting.heard('{"data":"A"}');
  waiting.send(rest);
  const stalled = await rawClient(t, port);
  stalled.send(STALLED);
  await stalled.heard('REQUEST_TIMEOUT');

  readOn.resolve();

  await waiting.heard('ETAL');
});

test('a connection stays open between requests for longer than a client can stall', async (t) => {
  const client = await rawClient(t, await listeningApi(t, { options: { slowClientMs: 1 } }));
  client.send(postOf('a'));
  await client.heard('"A"');
  await sleep(20);

  client.send(postOf('b'));

  await client.heard('"B"');
});

for (const [what, sent, ms, heard] of [
  // 500 ms are enough to send the request, even on a busy machine.
  ['was answered', postOf('a'), 500, /Keep-Alive: timeout=0\r\n[\s\S]*"A"\}$/],
  ['sends nothing', '', 20, /^$/],
] as const) {
  test(`a connection that ${what} closes without another answer when its keep-alive time is over`, async (t) => {
    const options = { slowClientMs: sent === '' ? 1 : ms, keepAliveTimeoutMs: ms };
    const client = await rawClient(t, await listeningApi(t, { options }));

    client.send(sent);

    assert.match(await client.closed(), heard);
  });
}

test('a client that waits for longer than it can stall keeps its connection', async (t) => {
  const { upstream, port } = await fakeApi(t, { options: { slowClientMs: 1 } });
  upstream.hold();
  const client = await rawClient(t, port);
  client.send(postOf('hello'));
  await until(t, () => upstream.calls.length === 1);
  await sleep(20);

  upstream.answerHeld();

  assert.equal(parsed(await client.heard(/\}$/)).headers.get('connection'), 'keep-alive');
});

const CHUNKS = requestOf('POST /v1', { type: 'application/json', more: 'transfer-encoding: chunked' }).concat(
  `80000\r\n${'a'.repeat(2 ** 19)}\r\n`.repeat(10),
);
for (const [what, sent, status, endsAfterMs] of [
  ['stops sending its large body', STALLED.replace(': 16', ': 5000000'), 413, 1000],
  ['sends chunks without end', CHUNKS, 413, 1000],
  ['has sent something other than HTTP', 'HELLO\r\n\r\n', 400, 0],
] as const) {
  test(`a client that was answered and ${what} sees the end after ${endsAfterMs} ms, and is cut off after another second`, async (t) => {
    const { world, server, port } = await fakeApi(t);
    const client = await rawClient(t, port);
    client.socket.allowHalfOpen = true;
    const end = once(client.socket, 'end');
    client.send(sent);
    assert.equal(parsed(await client.heard(/\}$/)).status, status);
    await until(t, () => world.clock.timers() > 0);

    await world.clock.advance(endsAfterMs);
    await end;
    await world.clock.advance(999);

    assert.equal(server.status().connections, 1);
    await world.clock.advance(1);
    await until(t, () => server.status().connections === 0);
  });
}

test('a connection whose client has asked for its end closes as soon as the answer has left', async (t) => {
  const { server, port } = await fakeApi(t);
  const client = await rawClient(t, port);
  client.socket.allowHalfOpen = true;

  client.send(requestOf('GET /health', { more: 'connection: close' }));
  await once(client.socket, 'end');

  await until(t, () => server.status().connections === 0);
});
