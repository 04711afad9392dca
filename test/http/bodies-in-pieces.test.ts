import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { duplexPair } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import type { Exchange } from '../../src/http/exchange.ts';
import type { Connections } from '../../src/http/limits/connections.ts';
import { InlineBodyRequest } from '../../src/http/node-http.ts';
import { RequestBody } from '../../src/http/request-body.ts';
import { fakeApi } from '../support/api.ts';
import { answerOf } from '../support/fake-shouter.ts';
import { pick } from '../support/pick.ts';
import { parsed, type RawAnswer } from '../support/raw-answer.ts';
import { rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { heldTurn, noConnections, worldOn } from '../support/world.ts';

const POST = requestOf('POST /v1', { type: 'text/plain', more: 'transfer-encoding: chunked' });
const ONE_BYTE = '1\r\nx\r\n';
const END = '0\r\n\r\n';
const KNOWN = requestOf('GET /v1?data=a');

for (const [outcome, maxHeldBytes, status] of [
  ['whole', 2 ** 26, 200],
  ['refused if there is no room for it', 24_000, 503],
] as const) {
  test(`a body that arrives in short chunks while its request waits is ${outcome}`, async (t) => {
    const { upstream, port } = await fakeApi(t, { options: { maxHeldBytes } });
    upstream.hold();
    const client = await rawClient(t, port);
    client.send(KNOWN);
    await until(t, () => upstream.calls.length === 1);

    client.send(POST + '8\r\nxxxxxxxx\r\n'.repeat(4000) + END);
    await until(t, () => client.socket.bytesWritten > 52_000 && client.socket.writableLength === 0);
    await turn();
    upstream.recover();
    const answers = await client.heard((text) => text.split('HTTP/1.1 ').length === 3);

    assert.equal(parsed(answers.slice(answers.lastIndexOf('HTTP/1.1 '))).status, status);
  });
}

test('a body in chunks of a byte is refused once all bodies came in 4096 pieces in a turn of the event loop', async (t) => {
  const { ask, endTurn } = await inOneTurn(t);

  const allowed = [await ask(4096), await ask(63), await ask(64, 12)];
  const refused = await ask(64, 11, { before: KNOWN });
  endTurn();
  const inTheNext = await ask(300);

  assert.deepEqual(pick([...allowed, refused, inTheNext], 'status'), [200, 200, 200, 503, 200]);
  assert.match(refused.body, /too short; send it with Content-Length, or in longer chunks\./);
  assert.equal(refused.headers.get('connection'), 'close');
});

for (const [what, bodies, status] of [
  ['a body in more than 256 pieces of 11 bytes', [[320, 11]], 503],
  ['a body in more than 256 pieces of 12 bytes', [[320, 12]], 200],
  ['a body in pieces of 511 bytes behind 256 pieces of others', [[256], [64, 511]], 503],
  ['a body in pieces of 512 bytes behind 256 pieces of others', [[256], [64, 512]], 200],
  ['a body in pieces of 511 bytes behind 192 pieces of others', [[192], [128, 511]], 200],
] as const) {
  test(`while 32 connections come within 200 ms, ${what} gets ${status}`, async (t) => {
    const { ask, port } = await inOneTurn(t, { now: () => 0 });
    for (let crowd = 0; crowd < 32 - bodies.length; crowd++) await rawClient(t, port);

    const answers = [];
    for (const [chunks, bytes] of bodies) answers.push(await ask(chunks, bytes));

    assert.equal(answers.at(-1)?.status, status);
  });
}

test('a long piece does not make up for the short ones after it', async (t) => {
  const { ask } = await inOneTurn(t);
  await ask(4096);

  const { status } = await ask(128, 1, { first: `2000\r\n${'x'.repeat(8192)}\r\n` });

  assert.equal(status, 503);
});

test('after 12288 pieces in a turn, chunks have to be as long as those of an upload', async (t) => {
  const { ask } = await inOneTurn(t);

  const answers = [];
  for (const [chunks, bytes] of [...Array(3).fill([4096, 12]), [64, 512], [64, 511]])
    answers.push(await ask(chunks, bytes));

  assert.deepEqual(pick(answers, 'status'), [200, 200, 200, 200, 503]);
});

test('a client whose body is refused in the middle sees its answer and the end, not a reset', async (t) => {
  const { port } = await fakeApi(t, { nextTurn: async () => {} });
  const client = await rawClient(t, port);

  client.send(POST + ONE_BYTE.repeat(100_000) + `80000\r\n${'a'.repeat(2 ** 19)}\r\n`.repeat(8) + END);

  assert.equal(parsed(await client.closed()).status, 503);
  assert.equal(client.socket.errored, null);
});

test('the rest of a packet with a body in too many pieces is skipped, and what follows in the next one is read', async () => {
  const pieces: string[] = [];
  const { client, endTurn } = readingWith((request, open) => {
    request.divert({
      take(chunk) {
        pieces.push(`${chunk}`);
        for (let reports = 0; reports < 65; reports++) open.manyPieces(request.socket, 1);
        return true;
      },
      arrived: () => void pieces.push('whole'),
    });
  });

  client.write(POST + ONE_BYTE.repeat(100));
  await turn();
  endTurn();
  client.write(`3\r\nend\r\n${ONE_BYTE.repeat(100)}${END}`);
  await turn();

  assert.deepEqual(pieces, ['x', 'end', 'whole']);
});

test('of a body that is thrown away before its connection closes, one piece of each packet is read, and then other connections are read', async () => {
  const bodies: RequestBody[] = [];
  const { client, endTurn, turnsAskedFor } = readingWith((request, open) => {
    const body = new RequestBody(request, { set() {}, setUnread() {} }, open);
    bodies.push(body);
    void body.discard(Number.POSITIVE_INFINITY, { after: () => () => {} });
  });

  for (const packet of [POST, ONE_BYTE.repeat(100), ONE_BYTE.repeat(100)]) {
    client.write(packet);
    await turn();
    endTurn();
  }

  assert.deepEqual([pick(bodies, 'bytes'), turnsAskedFor], [[2], [65_536, 65_536]]);
});

test('a body that arrives fast lets others be read once 256 KB have come in a turn of the event loop', async () => {
  const { client, endTurn, turnsAskedFor } = readingWith((request, open) => {
    const body = new RequestBody(request, { set() {}, setUnread() {} }, open);
    body.read({ maxBytes: 2 ** 20, use() {}, fail() {} });
  });

  const asked: number[] = [];
  for (const packet of [POST, ...Array<string>(5).fill(`10000\r\n${'x'.repeat(65_536)}\r\n`)]) {
    client.write(packet);
    await turn();
    asked.push(turnsAskedFor.length);
    if (asked.length === 5) endTurn();
  }

  assert.deepEqual(asked, [0, 0, 0, 0, 1, 1]);
});

test('trailers are not kept while their request waits', async (t) => {
  const kept: string[][] = [];
  const { port } = await fakeApi(t, {
    reverseShout(text, call) {
      kept.push((call as Exchange).request.rawTrailers);
      return answerOf(text);
    },
  });
  const client = await rawClient(t, port);

  client.send(`${POST}${ONE_BYTE}0\r\na: b\r\n\r\n`);

  await client.heard('{"data":"x"}');
  assert.deepEqual(kept, [[]]);
});

/** A service whose turns of the event loop end when the test says so. */
async function inOneTurn(t: TestContext, clock: Partial<Clock> = {}) {
  const { soon, end: endTurn } = heldTurn();
  const { port } = await fakeApi(t, {
    world: worldOn({ ...systemClock, ...clock, soon }),
    nextTurn: async () => {},
    // Answers a turn later, so that a request still waits when the body behind it in the same packet is read.
    reverseShout: (text) => turn(answerOf(text)),
  });

  // Otherwise, a later test could get a parser that skips bodies.
  t.after(endTurn);

  return {
    port,
    endTurn,
    /** The answer to a body in this many chunks, behind another request if one is given. */
    async ask(chunks: number, bytes = 1, { before = '', first = '' } = {}): Promise<RawAnswer> {
      const client = await rawClient(t, port);
      const chunk = `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`;
      client.send(before + POST + first + chunk.repeat(chunks) + END);
      const answers = await client.heard(before === '' ? /\}$/ : /\}HTTP[^{]+\{.+\}$/);
      return parsed(answers.slice(answers.lastIndexOf('HTTP/1.1 ')));
    },
  };
}

/** A client of a server that calls `read` for each request. The test ends each turn of the event loop. */
function readingWith(read: (request: InlineBodyRequest, open: Connections) => void) {
  const { soon, end: endTurn } = heldTurn();
  const turnsAskedFor: number[] = [];
  const nextTurn = async (bytes: number) => void turnsAskedFor.push(bytes);
  const open = noConnections(1, { clock: { ...systemClock, soon }, nextTurn });
  const server = createServer({ IncomingMessage: InlineBodyRequest }, (request) => {
    open.add(request.socket);
    read(request as InlineBodyRequest, open);
  });
  const [client, far] = duplexPair();
  server.emit('connection', Object.assign(far, { remoteAddress: '::1' }));
  return { client, endTurn, turnsAskedFor };
}
