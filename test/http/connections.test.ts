import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TuohsError } from '../../src/core/errors.ts';
import { reverser, reverseShout } from '../../src/core/reverse.ts';
import type { Call, Shout } from '../../src/core/shouter.ts';
import { listeningApi } from '../support/api.ts';
import { type FakeShouter, fakeShouter } from '../support/fake-shouter.ts';
import { parsed, rawClient } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { testWorld } from '../support/world.ts';

const GET = 'GET /v1?data=hello HTTP/1.1\r\nhost: x\r\n\r\n';

function post(body: string, type = 'application/json'): string {
  const length = Buffer.byteLength(body);
  return `POST /v1 HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n${body}`;
}

const REFUSED = {
  'malformed JSON': post('{'),
  'another type': post('hello', 'text/html'),
  'an unknown path': 'GET /v2 HTTP/1.1\r\nhost: x\r\n\r\n',
  'another method': `PUT${post('hello').slice(4)}`,
  'a body for an unknown path': post('hello').replace('/v1', '/v2'),
  'a chunked body of another type':
    'POST /v1 HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
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

  client.send(`${post('{"data":"one"}')}${post('{')}${post('{"data":"two"}')}`);
  const text = await client.heard('OWT');

  assert.match(text, /HTTP\/1.1 200 [\s\S]*ENO[\s\S]*HTTP\/1.1 400 [\s\S]*HTTP\/1.1 200 [\s\S]*OWT/);
});

const NO_REQUESTS = {
  'what is not HTTP': 'HELLO\r\n\r\n',
  'two lengths': post('x').replace('\r\n\r\n', '\r\ncontent-length: 2\r\n\r\n'),
  'a length beside chunks': post('x').replace('\r\n\r\n', '\r\ntransfer-encoding: chunked\r\n\r\n'),
  'a header with a space in its name': GET.replace('host', 'bad name: x\r\nhost'),
  'a request without a host': 'GET /v1?data=hello HTTP/1.1\r\n\r\n',
};
for (const [what, request] of Object.entries(NO_REQUESTS)) {
  test(`${what} is bad input, told as JSON, and the end of the connection`, async (t) => {
    const client = await rawClient(t, await listeningApi(t));

    client.send(request);

    const { status, headers, body } = parsed(await client.closed());
    assert.equal(status, 400);
    assert.equal(headers.get('content-type'), 'application/json');
    assert.equal(JSON.parse(body).code, 'BAD_INPUT');
  });
}

test('what never became a request is answered with the headers of every answer', async (t) => {
  const client = await rawClient(t, await listeningApi(t));

  client.send('HELLO\r\n\r\n');

  const { headers, body } = parsed(await client.closed());
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('x-request-id'), JSON.parse(body).requestId);
});

test('a client that resets its connection is known to have left', async (t) => {
  const called = Promise.withResolvers<Call>();
  const left = Promise.withResolvers<unknown>();
  const world = testWorld();
  const port = await listeningApi(t, {
    world,
    reverseShout: (_data, call) => {
      const { promise, reject } = Promise.withResolvers<Shout>();
      call.signal.addEventListener('abort', () => {
        reject(call.signal.reason);
        left.resolve(call.signal.reason);
      });
      called.resolve(call);
      return promise;
    },
  });
  const client = await rawClient(t, port);
  client.send(post('{"data":"hello"}'));
  await called.promise;

  client.socket.resetAndDestroy();

  assert.ok((await left.promise) instanceof TuohsError);
  await until(t, () => world.told('answered').length > 0);
  assert.equal(world.told('answered')[0]?.status, 499);
});

test('a client that hangs up in the middle of its body is no failure of ours', async (t) => {
  const world = testWorld();
  const client = await rawClient(t, await listeningApi(t, { world }));
  client.send(post('{"data":"hello"}').slice(0, -3));

  client.socket.destroy();

  await until(t, () => world.told('answered').length > 0);
  assert.deepEqual(world.told('failed'), []);
});

test('a client that ends its side behind its request gets its answer, also if that takes time', async (t) => {
  const upstream = fakeShouter();
  upstream.hold();
  const port = await listeningApi(t, { reverseShout: reverseShout(upstream, reverser('grapheme')) });
  const client = await rawClient(t, port);

  client.send(post('{"data":"hello"}'));
  client.socket.end();
  await until(t, () => upstream.calls.length === 1);
  upstream.answerHeld();

  assert.match(await client.closed(), /^HTTP\/1.1 200 [\s\S]*OLLEH/);
});

for (const [how, hold] of [
  ['an answer', (upstream: FakeShouter) => upstream.answerHeld()],
  ['a failure', (upstream: FakeShouter) => upstream.failHeld(new TuohsError('UPSTREAM_TIMEOUT', 'as told'))],
] as const) {
  test(`a client that closes its connection before ${how} is counted as gone, and no failure is reported`, async (t) => {
    const world = testWorld();
    const upstream = fakeShouter();
    upstream.hold();
    const port = await listeningApi(t, { world, reverseShout: reverseShout(upstream, reverser('grapheme')) });
    const client = await rawClient(t, port);
    client.send(post('{"data":"hello"}'));
    await until(t, () => upstream.calls.length === 1);

    client.socket.destroy();
    // Behind the end of the first connection, so that the service has seen that.
    const other = await rawClient(t, port);
    other.send('GET /v2 HTTP/1.1\r\nhost: x\r\n\r\n');
    await other.heard('NOT_FOUND');
    hold(upstream);

    await until(t, () => world.told('answered').length === 2);
    assert.equal(world.told('answered')[1]?.status, 499);
  });
}
