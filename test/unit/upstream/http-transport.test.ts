import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { testCall } from '../../support/call.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { httpServer } from '../../support/http-server.ts';
import { shouterFor } from './shoutcloud-attempt.ts';

const RIGHT = '{"INPUT":"a","OUTPUT":"A"}';

test('a connection is used for 30 seconds and then made anew', async (t) => {
  const clock = fakeClock();
  const { url, connections } = await httpServer(t, (_request, response) => response.end(RIGHT));
  const { shouter } = shouterFor(t, url, clock);
  const seen: number[] = [];

  for (const waitMs of [0, 10_000, 19_999, 1, 29_999, 1]) {
    await clock.advance(waitMs);
    await shouter.shout('a', testCall());
    seen.push(connections());
  }

  assert.deepEqual(seen, [1, 1, 1, 2, 2, 3]);
});

const FOREIGN: Readonly<Record<string, (response: ServerResponse) => void>> = {
  ...Object.fromEntries(
    [201, 204, 301, 302, 308, 400, 401, 403, 404, 405, 410, 421].map((status) => [
      `status ${status}`,
      (response: ServerResponse) => response.writeHead(status, { location: '/' }).end(),
    ]),
  ),
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
for (const [what, answer] of Object.entries(FOREIGN)) {
  test(`after ${what} the next attempt makes a connection of its own`, async (t) => {
    const { url, connections } = await httpServer(t, firstAnd(answer));
    const { shouter } = shouterFor(t, url);
    await assert.rejects(async () => shouter.shout('a', testCall()));

    assert.equal((await shouter.shout('a', testCall())).text, 'A');
    assert.equal(connections(), 2);
  });
}

for (const status of [408, 429, 500, 503]) {
  test(`after status ${status} the connection is kept: so SHOUTCLOUD itself fails`, async (t) => {
    const { url, connections } = await httpServer(
      t,
      firstAnd((response) => response.writeHead(status).end()),
    );
    const { shouter } = shouterFor(t, url);
    await assert.rejects(async () => shouter.shout('a', testCall()));

    assert.equal((await shouter.shout('a', testCall())).text, 'A');
    assert.equal(connections(), 1);
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
    const { shouter } = shouterFor(t, url);

    const shouts = [await shouter.shout('a', testCall()), await shouter.shout('a', testCall())];

    assert.deepEqual(
      shouts.map(({ text }) => text),
      ['A', 'A'],
    );
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
    const { shouter } = shouterFor(t, url);

    await assert.rejects(async () => shouter.shout('a', testCall()), { failure: 'unreachable' });
    await closed.promise;
  });
}

test('another protocol that nobody asked for ends the attempt', async (t) => {
  const { url } = await rawServer(t, (socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  );
  const { shouter } = shouterFor(t, url);

  await assert.rejects(async () => shouter.shout('a', testCall()), { failure: 'unreachable' });
});

test('bytes that are no HTTP behind an answer are no answer to the next attempt', async (t) => {
  const { url } = await rawServer(t, (socket) => socket.write(`${HEAD}${RIGHT}\0garbage`));
  const { shouter } = shouterFor(t, url);

  for (let i = 0; i < 3; i++) {
    const heard = await Promise.resolve(shouter.shout('a', testCall())).catch(({ failure }) => failure);
    assert.ok(heard === 'unreachable' || heard.text === 'A', JSON.stringify(heard));
  }
});

for (const [credentials, sent] of [
  ['user:word@', 'user:word'],
  ['us%40er:50%25%3Aw%C3%B6rd@', 'us@er:50%:wörd'],
  ['user@', 'user:'],
  [':word@', ':word'],
  ['', undefined],
] as const) {
  test(`credentials "${credentials}" in the address are sent as Basic authorization`, async (t) => {
    const seen: unknown[] = [];
    const { url } = await httpServer(t, (request, response) => {
      seen.push(request.headers.authorization);
      response.end(RIGHT);
    });
    const { shouter } = shouterFor(t, url.replace('http://', `http://${credentials}`));

    await shouter.shout('a', testCall());

    assert.deepEqual(seen, [sent && `Basic ${Buffer.from(sent).toString('base64')}`]);
  });
}

/** Answers the first request like this, and all others right. */
function firstAnd(answer: (response: ServerResponse) => void): RequestListener {
  let requests = 0;
  return (_request, response) => {
    requests++;
    if (requests === 1) answer(response);
    else response.end(RIGHT);
  };
}

/** A server that reads nothing and says this to each request. */
async function rawServer(t: TestContext, answer: (socket: Socket) => void) {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => answer(socket));
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
  };
}
