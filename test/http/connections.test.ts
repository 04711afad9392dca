import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TuohsError } from '../../src/core/errors.ts';
import { fakeApi, listeningApi, listeningServer } from '../support/api.ts';
import { parsed, postOf, type RawClient, rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { testWorld } from '../support/world.ts';

const GET = requestOf('GET /v1?data=hello');
const typed = (type: string, body: string, line = 'POST /v1') => requestOf(line, { type, body });

const REFUSED = {
  'malformed JSON': typed('application/json', '{'),
  'another type': typed('text/html', 'hello'),
  'an unknown path': requestOf('GET /v2'),
  'another method': typed('application/json', 'hello', 'PUT /v1'),
  'a body for an unknown path': typed('application/json', 'hello', 'POST /v2'),
  'a chunked body of another type': `${requestOf('POST /v1', { more: 'transfer-encoding: chunked' })}5\r\nhello\r\n0\r\n\r\n`,
};
for (const [what, request] of Object.entries(REFUSED)) {
  test(`a connection survives ${what}`, async (t) => {
    const client = await rawClient(t, await listeningApi(t));

    client.send(request);
    const refusal = parsed(await client.heard('requestId'));
    client.send(GET);
    const both = await client.heard('OLLEH');

    assert.ok(refusal.status >= 400 && refusal.status < 500);
    assert.match(both, /HTTP\/1\.1 200 OK/);
  });
}

test('requests sent without waiting are answered in order', async (t) => {
  const client = await rawClient(t, await listeningApi(t));

  client.send(`${postOf('one')}${REFUSED['malformed JSON']}${postOf('two')}`);
  const text = await client.heard('OWT');

  assert.match(text, /HTTP\/1.1 200 [\s\S]*ENO[\s\S]*HTTP\/1.1 400 [\s\S]*HTTP\/1.1 200 [\s\S]*OWT/);
});

test('a client that hangs up in the middle of its body is no failure of ours', async (t) => {
  const { world, port } = await fakeApi(t);
  const client = await rawClient(t, port);
  client.send(postOf('hello').slice(0, -3));

  client.socket.destroy();

  await until(t, () => world.told('answered').length > 0);
  assert.deepEqual(world.told('failed'), []);
});

test('a client that ends its side behind its request gets its answer, also if that takes time', async (t) => {
  const { upstream, port } = await fakeApi(t);
  upstream.hold();
  const client = await rawClient(t, port);

  client.send(postOf('hello'));
  client.socket.end();
  await until(t, () => upstream.calls.length === 1);
  upstream.answerHeld();

  assert.match(await client.closed(), /^HTTP\/1.1 200 [\s\S]*OLLEH/);
});

for (const how of ['an answer', 'a failure'] as const) {
  test(`a client that closes its connection before ${how} has left: its call ends, and it is counted as gone`, async (t) => {
    const { upstream, world, port } = await fakeApi(t);
    upstream.hold('deaf');
    const client = await rawClient(t, port);
    client.send(postOf('hello'));
    await until(t, () => upstream.calls.length === 1);

    client.socket.resetAndDestroy();
    await until(t, () => upstream.received[0]?.signal.aborted === true);
    if (how === 'an answer') upstream.answerHeld();
    else upstream.failHeld(new TuohsError('UPSTREAM_TIMEOUT', 'as told'));

    await until(t, () => world.told('answered').length > 0);
    assert.equal(world.told('answered')[0]?.status, 499);
    assert.deepEqual(world.told('failed'), []);
    assert.ok(upstream.received[0]?.signal.reason instanceof TuohsError);
  });
}

const KNOWN = { text: 'X', source: 'memory', stored: false, collapsed: false } as const;
const HALF = postOf('half a body').slice(0, -3);
for (const [what, first, second, third = ''] of [
  ['idle', postOf('new'), postOf('old')],
  ['silent', '', HALF],
  ['sending a body', HALF, HALF],
  ['in use, whatever it sends ahead,', postOf('wait'), HALF, HALF],
]) {
  test(`at the limit, a connection that is ${what} for longest is closed, not the oldest`, async (t) => {
    const world = testWorld();
    const server = await listeningServer(t, {
      world,
      options: { maxConnections: 2 },
      reverseShout: (text) => (text === 'wait' ? new Promise(() => {}) : KNOWN),
    });
    const seen = () => Object.values(server.status()).concat(world.told('answered').length).join();
    const oldest = await opened();
    await sent(oldest, postOf('first'));
    const longest = await opened();
    if (first !== '') await sent(longest, first);
    await sent(oldest, second);
    if (third !== '') await sent(longest, third);

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
  assert.equal(fresh.socket.closed, false);
});
