import assert from 'node:assert/strict';
import { lookup } from 'node:dns';
import type { RequestListener, ServerResponse } from 'node:http';
import {
  getDefaultAutoSelectFamilyAttemptTimeout,
  type Socket,
  setDefaultAutoSelectFamilyAttemptTimeout,
} from 'node:net';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/core/clock.ts';
import { httpTransport } from '../../../src/upstream/http-transport.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { closedUrl, httpServer, tcpServer } from '../../support/http-server.ts';
import { leadsHere } from '../../support/leads-here.ts';
import { pick } from '../../support/pick.ts';
import { published } from '../../support/published.ts';
import { shouterFor } from './shoutcloud-attempt.ts';

const RIGHT = '{"INPUT":"a","OUTPUT":"A"}';

test('a connection is replaced after 30 seconds', async (t) => {
  const clock = fakeClock();
  const { url, connections } = await httpServer(t, (_request, response) => response.end(RIGHT));
  const { shout } = shouterFor(t, url, clock);
  const seen: number[] = [];

  for (const waitMs of [0, 10_000, 19_999, 1, 29_999, 1]) {
    await clock.advance(waitMs);
    await shout('a');
    seen.push(connections());
  }

  assert.deepEqual(seen, [1, 1, 1, 2, 2, 3]);
});

test('the name of SHOUTCLOUD is looked up with the function that was passed in', async (t) => {
  const { port } = await httpServer(t, (_request, response) => response.end(RIGHT));
  const { shout } = shouterFor(t, `http://shoutcloud.test:${port}`, undefined, leadsHere('shoutcloud.test'));

  assert.equal((await shout('a')).text, 'A');
});

/** An answer that shows that the server works, and ends its connection. */
const lastBusy: Answer = (response) => void response.writeHead(429, { connection: 'close' }).end();

for (const [what, answer, isSilentAfter = false] of [
  ['did not accept a connection in time', lastBusy, true],
  ['closed its connection', (response) => response.destroy()],
  ['ended in the middle of an answer', (response) => response.write('{', () => response.destroy())],
  ['answered with status 503', (response) => response.writeHead(503, { connection: 'close' }).end()],
  ['answered with status 404', (response) => response.writeHead(404).end()],
  ["gave another text's answer", (response) => response.end('{"INPUT":"b","OUTPUT":"B"}')],
] as readonly [what: string, answer: Answer, isSilentAfter?: boolean][]) {
  test(`an address that ${what} is tried last until it answers`, async (t) => {
    const { port } = await httpServer(t, firstAnd(answer, lastBusy));
    const { attempt, isSilent, tried } = attemptsAt(t, port, ['127.0.0.1', '127.0.0.2']);

    await attempt();
    if (isSilentAfter) isSilent('127.0.0.1');
    for (let i = 0; i < 2; i++) await attempt();

    assert.deepEqual(tried(), [['127.0.0.1'], ['127.0.0.2', '127.0.0.1'], ['127.0.0.1']]);
  });
}

test('of the addresses that failed, the latest is tried last, and 64 are remembered', async (t) => {
  const { port } = new URL(await closedUrl());
  const { attempt, isSilent, tried } = attemptsAt(t, port, ['127.0.0.1', '127.0.0.2', '127.0.0.3']);

  await attempt();
  for (const address of ['127.0.0.1', '127.0.0.2', '127.0.0.1']) isSilent(address);
  await attempt();
  for (let last = 0; last < 63; last++) isSilent(`127.0.1.${last}`);
  await attempt();

  assert.deepEqual(tried().slice(1), [
    ['127.0.0.3', '127.0.0.2', '127.0.0.1'],
    ['127.0.0.2', '127.0.0.3', '127.0.0.1'],
  ]);
});

test('no more connections are made than allowed: another attempt waits for one', async (t) => {
  const { url, connections } = await httpServer(t, (_request, response) => response.end(RIGHT));
  const { shout } = shouterFor(t, url);

  await Promise.all(['a', 'a', 'a'].map((text) => shout(text)));

  assert.equal(connections(), 1);
});

test('attempts use the connections in turn, so that none is idle for longer than the others', async (t) => {
  const ports: (number | undefined)[] = [];
  const { url } = await httpServer(t, (request, response) => {
    ports.push(request.socket.remotePort);
    response.end(RIGHT);
  });
  const transport = httpTransport({ url, connections: 2, lookup }, { clock: systemClock });
  t.after(() => transport.close());
  const attempt = async () => {
    const { body } = await transport.send({ headers: {}, body: '', signal: new AbortController().signal });
    await Array.fromAsync(body);
  };
  await Promise.all([attempt(), attempt()]);

  for (let i = 0; i < 4; i++) await attempt();

  assert.notEqual(ports[2], ports[3]);
  assert.deepEqual(ports.slice(2, 4), ports.slice(4));
});

test('a connection is closed after 4 s without a byte', async (t) => {
  const made = published<{ socket: Socket }>(t, 'net.client.socket');
  const { url } = await httpServer(t, (_request, response) => response.end(RIGHT));

  await shouterFor(t, url).shout('a');

  assert.deepEqual(pick(pick(made, 'socket'), 'timeout'), [4000]);
});

/** Answers that SHOUTCLOUD itself never gives. */
const FOREIGN: Readonly<Record<string, Answer>> = {
  ...statuses(201, 204, 301, 302, 308, 400, 401, 403, 404, 405, 410, 421),
  'a page': (response) => response.end('<html>parked</html>'),
  'nothing at all': (response) => response.end(),
  'a JSON array': (response) => response.end('[]'),
  'JSON without OUTPUT': (response) => response.end('{"status":"ok"}'),
  "another text's answer": (response) => response.end('{"INPUT":"b","OUTPUT":"B"}'),
  'an answer in chunks': (response) => {
    response.write('<html>');
    response.end('</html>');
  },
};
/** Errors of SHOUTCLOUD itself. */
const OWN = statuses(408, 429, 500, 503);
for (const [what, answer] of Object.entries({ ...FOREIGN, ...OWN })) {
  const needed = what in OWN ? 1 : 2;

  test(`for an attempt that fails with ${what} and the next one, connections are made: ${needed}`, async (t) => {
    const { url, connections } = await httpServer(t, firstAnd(answer));
    const { shout } = shouterFor(t, url);
    await assert.rejects(shout('a'));

    assert.equal((await shout('a')).text, 'A');
    assert.equal(connections(), needed);
  });
}

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
const HEAD = `HTTP/1.1 200 OK\r\ncontent-length: ${RIGHT.length}\r\n\r\n`;

for (const [what, before] of Object.entries({
  '100 Continue': CONTINUE,
  '103 Early Hints': HINTS,
  '102 Processing': 'HTTP/1.1 102 Processing\r\n\r\n',
  '199 of a later day': 'HTTP/1.1 199 Later\r\nx: y\r\n\r\n',
  'several of them': CONTINUE + HINTS + CONTINUE,
  'as many as are allowed': CONTINUE.repeat(16),
})) {
  test(`${what} before the answer is legal, and the connection is kept`, async (t) => {
    const { url, connections } = await rawServer(t, (socket) => socket.write(before + HEAD + RIGHT));
    const { shout } = shouterFor(t, url);

    for (let i = 0; i < 2; i++) assert.equal((await shout('a')).text, 'A');
    assert.equal(connections(), 1);
  });
}

for (const [what, interim] of Object.entries({ '100': CONTINUE, '103': HINTS })) {
  test(`a flood of ${what} ends the attempt and its connection`, async (t) => {
    const closed = Promise.withResolvers<void>();
    const { url } = await rawServer(t, (socket) => {
      const fill = () => {
        while (!socket.destroyed && socket.write(interim.repeat(1000)));
      };
      socket.on('drain', fill);
      socket.on('close', () => closed.resolve());
      fill();
    });
    const { shout } = shouterFor(t, url);

    const message = 'more than 16 interim answers came';
    await assert.rejects(shout('a'), { failure: 'unreachable', message });
    await closed.promise;
  });
}

test('an upgrade that was not asked for ends the attempt', async (t) => {
  const { url } = await rawServer(t, (socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  );
  const { shout } = shouterFor(t, url);

  const message = 'the connection ended without an answer';
  await assert.rejects(shout('a'), { failure: 'unreachable', message });
});

test('bytes after an answer that are not HTTP do not answer the next attempt', async (t) => {
  const { url } = await rawServer(t, (socket) => socket.write(`${HEAD}${RIGHT}\0garbage`));
  const { shout } = shouterFor(t, url);

  for (let i = 0; i < 3; i++) {
    const { failure, text } = await shout('a').catch((error) => error);
    assert.ok(failure === 'unreachable' || text === 'A', JSON.stringify({ failure, text }));
  }
});

/** Makes failing attempts to reach a SHOUTCLOUD whose name has the given addresses. */
function attemptsAt(t: TestContext, port: number | string, addresses: readonly string[]) {
  const patienceMs = getDefaultAutoSelectFamilyAttemptTimeout();
  t.after(() => setDefaultAutoSelectFamilyAttemptTimeout(patienceMs));
  // On a busy machine, even an address that works could take longer than the 250 ms that Node waits.
  setDefaultAutoSelectFamilyAttemptTimeout(60_000);
  const made = published<{ socket: Socket }>(t, 'net.client.socket');
  const { shout } = shouterFor(t, `http://shoutcloud.test:${port}`, undefined, (_host, _options, found) =>
    found(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    ),
  );
  return {
    attempt: () => assert.rejects(shout('a')),
    isSilent: (address: string) => made[0]?.socket.emit('connectionAttemptTimeout', address),
    /** The addresses that each connection has tried. */
    tried: () =>
      made.map(({ socket }) =>
        (socket.autoSelectFamilyAttemptedAddresses ?? []).map((each) => each.replace(`:${port}`, '')),
      ),
  };
}

type Answer = (response: ServerResponse) => void;

/** Answers the first request with `answer`, and all later requests with `then`. By default, `then` sends the right answer. */
function firstAnd(answer: Answer, then: Answer = (response) => response.end(RIGHT)): RequestListener {
  let requests = 0;
  return (_request, response) => {
    requests++;
    (requests === 1 ? answer : then)(response);
  };
}

/** An answer for each of these statuses. */
function statuses(...some: readonly number[]): Record<string, Answer> {
  const failing = (status: number) => (response: ServerResponse) =>
    void response.writeHead(status, { location: '/' }).end();
  return Object.fromEntries(some.map((status) => [`status ${status}`, failing(status)]));
}

/** A server that does not parse requests. Whenever bytes arrive, it calls `answer`. */
async function rawServer(t: TestContext, answer: (socket: Socket) => void) {
  const { port, connections } = await tcpServer(t, (socket) => socket.on('data', () => answer(socket)));
  return { url: `http://127.0.0.1:${port}`, connections };
}
