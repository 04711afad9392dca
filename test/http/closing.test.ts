import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../src/core/clock.ts';
import type { ReverseShout } from '../../src/core/reverse.ts';
import type { Shout } from '../../src/core/shouter.ts';
import type { NextTurn } from '../../src/core/turns.ts';
import { type ApiUnderTest, deafClient, fakeApi, LARGEST_FILE, listeningServer } from '../support/api.ts';
import { ask } from '../support/ask.ts';
import { answerOf } from '../support/fake-shouter.ts';
import { pick } from '../support/pick.ts';
import { wholeAnswers } from '../support/raw-answer.ts';
import { closedLate, postOf, rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { testWorld, worldOn } from '../support/world.ts';
import { EVERY_ANSWER } from './every-answer.ts';

const ASSET = requestOf(`GET ${LARGEST_FILE}`);

const PREFLIGHT = {
  status: 204,
  question: {
    ...{ method: 'OPTIONS', path: '/v1' },
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  },
  parts: { options: { corsOrigins: ['*'] } },
};

// Each client asks to keep its connection, so that only the service can decide to close it.
for (const [what, { status, question, parts }] of Object.entries({ ...EVERY_ANSWER, PREFLIGHT })) {
  test(`while the service drains, ${what} is answered as before, and its connection closed`, async (t) => {
    const drain = new AbortController();
    const { port } = await listeningServer(t, { ...parts, draining: drain.signal });
    const before = await ask(`http://127.0.0.1:${port}`, question);

    drain.abort();
    const during = await ask(`http://127.0.0.1:${port}`, question);

    assert.deepEqual([before.status, during.status], [status, status]);
    assert.equal(before.headers['keep-alive'], 'timeout=95');
    assert.equal(during.headers.connection, 'close');
    assert.equal(during.headers['x-content-type-options'], 'nosniff');
  });
}

test('if requests were sent together, the first answer in the drain is the last one of the connection', async (t) => {
  const { port } = await listeningServer(t, { draining: AbortSignal.abort() });
  const client = await rawClient(t, port);

  client.send(`${requestOf('GET /v1?data=hello')}${requestOf('GET /v1?data=world')}`);

  const answers = wholeAnswers(await client.closed());
  assert.deepEqual(pick(answers, 'body'), ['{"data":"OLLEH"}']);
});

test('a request that was not yet read when the server closes is answered', async (t) => {
  const server = await listeningServer(t, { world: worldOn({ ...systemClock, soon: atOnce }) });
  const client = await rawClient(t, server.port);
  await until(t, () => server.status().connections === 1);

  client.send(postOf('hello'));
  await server.close();

  assert.match(await client.closed(), /OLLEH/);
});

test('a request that was not yet read when the server closes, because others are read first, is answered', async (t) => {
  const [drain, reading] = [new AbortController(), Promise.withResolvers<void>()];
  const nextTurn: NextTurn = (_bytes, _isGone, kind) =>
    kind === 'reading' ? reading.promise : Promise.resolve();
  const world = worldOn({ ...systemClock, soon: atOnce });
  const server = await listeningServer(t, { world, nextTurn, draining: drain.signal });
  const client = await rawClient(t, server.port);
  for (let failed = 1; failed <= 16; failed++) {
    client.send(requestOf('GET /nothing'));
    await client.heard((text) => text.split('NOT_FOUND').length > failed);
  }
  for (let i = 0; i < 10; i++) await turn();

  client.send(postOf('hello'));
  drain.abort();
  const closing = server.close();
  for (let i = 0; i < 10; i++) await turn();
  reading.resolve();

  assert.match(await client.closed(), /OLLEH/);
  await closing;
});

test('an idle connection is closed at once when the server closes', async (t) => {
  const { server, client } = await sending(t, 0);
  await client.heard(/"\}$/);
  await until(t, () => server.status().heldBytes === 0);
  const timers = t.mock.method(Socket.prototype, 'setTimeout').mock;

  await server.close();

  assert.deepEqual(timers.calls, []);
});

test('closing with `now` loses an answer that a client waits for, even if the server is closing already', async (t) => {
  const { server, client } = await sending(t, 0, { reverseShout: () => new Promise(() => {}) });
  await until(t, () => server.inFlight() === 1);
  const closing = server.close();

  await assert.rejects(server.close('now'), /1 requests/);

  await closing;
  assert.equal(await client.closed(), '');
});

test('closing with `now` loses nothing for a client whose request is incomplete or has not begun, and leaves no timer', async (t) => {
  const world = testWorld();
  const { server } = await sending(t, 9, { world });
  await rawClient(t, server.port);
  await until(t, () => server.status().heldBytes > 0);

  await assert.doesNotReject(server.close('now'));
  assert.equal(world.clock.timers(), 0);
});

test('an answer that its client does not read does not count as lost when the server closes with `now`', async (t) => {
  const { server } = await fakeApi(t, { nextTurn: async () => {} });
  await deafClient(t, server, ASSET.repeat(8));

  await assert.doesNotReject(server.close('now'));
});

test('answers that their client is still reading when the server closes arrive whole', async (t) => {
  const { server } = await fakeApi(t, { nextTurn: async () => {} });
  const slow = await deafClient(t, server, ASSET.repeat(8));

  const closing = server.close();
  for (let i = 0; i < 10; i++) await turn();
  slow.socket.resume();

  const answers = wholeAnswers(await slow.closed());
  assert.deepEqual(pick(answers, 'status'), Array(8).fill(200));
  await closing;
});

test('the last answer of a connection arrives whole if the server closes while it is on its way, and its client sends more', async (t) => {
  const world = testWorld();
  const server = await listeningServer(t, { world, draining: AbortSignal.abort() });
  const slow = await deafClient(t, server, postOf('x'.repeat(200_000)));
  await until(t, () => server.status().heldBytes === 0);

  const closing = server.close();
  for (let i = 0; i < 10; i++) await turn();
  slow.send('more');
  for (let i = 0; i < 10; i++) await turn();
  slow.socket.resume();

  const [answer] = wholeAnswers(await closedLate(t, slow, world.clock));
  assert.equal(answer?.body.length, 200_011);
  await closing;
});

test('a client that does not read its first answer is given up 2 s after the drain, although more of its requests wait', async (t) => {
  const { world, server } = await fakeApi(t, { nextTurn: async () => {} });
  await deafClient(t, server, ASSET.repeat(20));
  const closing = server.close();
  await until(t, () => world.clock.timers() > 0);

  await world.clock.advance(2000);
  for (let i = 0; i < 10; i++) await turn();

  assert.equal(server.status().connections, 0);
  await closing;
});

test('a client that does not read an answer that comes later is given up, too, and has half a second at least', async (t) => {
  const late = Promise.withResolvers<Shout>();
  const { world, server, port } = await fakeApi(t, { reverseShout: () => late.promise });
  const deaf = await rawClient(t, port);
  deaf.socket.pause();
  deaf.send(postOf('hello'));
  await until(t, () => server.inFlight() === 1);
  const closing = server.close();
  await until(t, () => world.clock.timers() > 0);
  await world.clock.advance(2000);

  late.resolve(answerOf('x'.repeat(2 ** 24), { source: 'upstream' }));
  await until(t, () => server.inFlight() === 0);
  const counts = [];
  for (const ms of [500, 499, 1]) {
    await world.clock.advance(ms);
    for (let i = 0; i < 10; i++) await turn();
    counts.push(server.status().connections);
  }

  assert.deepEqual(counts, [1, 1, 0]);
  await closing;
});

for (const [what, missing, sends, ms] of [
  ['sends its request slowly is given up 2 s after the drain', 3000, 'x', 2000],
  ['has stopped sending its request is given up earlier', 3000, '', 0],
  ['has sent nothing yet is given up earlier', Number.POSITIVE_INFINITY, '', 0],
] as const) {
  test(`a client that ${what}`, async (t) => {
    const world = testWorld();
    const options = { keepAliveTimeoutMs: 86_400_000 };
    const { server, client } = await sending(t, missing, { world, options });
    await until(t, () => server.status().connections > 0);
    if (missing === 3000) await until(t, () => server.status().heldBytes > 0);
    const closing = server.close();
    await until(t, () => world.clock.timers() > 0);

    await world.clock.advance(ms);

    await until(t, () => {
      client.send(sends);
      return client.socket.closed;
    });
    await closing;
    // If the body had counted as complete, it would be refused, because it is not JSON.
    assert.doesNotMatch(client.text(), /^HTTP\/1\.1 400 /);
  });
}

test('a client that begins its request while the server closes, and stalls, is given up earlier, too', async (t) => {
  const world = testWorld();
  const { server, client } = await sending(t, Number.POSITIVE_INFINITY, { world });
  await until(t, () => server.status().connections > 0);
  const timers = t.mock.method(Socket.prototype, 'setTimeout').mock;
  const closing = server.close();
  await until(t, () => timers.calls.some(({ arguments: [ms] }) => ms === 1000));

  client.send(postOf('hello').slice(0, -3));

  assert.match(await client.closed(), /^HTTP\/1\.1 408 /);
  await closing;
});

for (const [what, requestDeadlineMs, ms, reverseShout] of [
  ['waits for its turn', 3000, 3000, () => answerOf('X')],
  [
    'waits for its answer',
    500,
    2000,
    (_, { signal }) => new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason))),
  ],
] satisfies [string, number, number, ReverseShout][]) {
  test(`a text that ${what} for up to ${requestDeadlineMs} ms is refused ${ms} ms after the drain`, async (t) => {
    const world = testWorld();
    const waiting: (() => void)[] = [];
    const nextTurn: NextTurn = (bytes, isGone = () => false) =>
      bytes > 20_000 ? new Promise((run) => waiting.push(() => isGone() && run())) : Promise.resolve();
    const options = { requestDeadlineMs };
    const { server, client } = await sending(t, 0, { world, options, reverseShout, nextTurn });
    await until(t, () => server.inFlight() === 1);
    const closing = server.close();
    await until(t, () => world.clock.timers() > 0);

    const passes = async (ms: number) => {
      await world.clock.advance(ms);
      for (const runIfGone of waiting) runIfGone();
    };
    await passes(ms - 1);
    for (let i = 0; i < 10; i++) await turn();
    const early = client.text();
    await passes(1);

    assert.match(await client.heard('OVERLOADED'), /^HTTP\/1.1 503/);
    assert.equal(early, '');
    await closing;
  });
}

/** Runs its work at once. So a turn's counter is reset before it counts and never again: all requests seem to share one turn. */
function atOnce(run: () => void): () => void {
  run();
  return () => {};
}

/** A server, and a client that has sent its request without the last `missing` bytes. */
async function sending(t: TestContext, missing: number, parts: ApiUnderTest = {}) {
  const server = await listeningServer(t, parts);
  const client = await rawClient(t, server.port);
  const request = postOf('x'.repeat(60_000));
  client.send(request.slice(0, request.length - missing));
  return { server, client };
}
