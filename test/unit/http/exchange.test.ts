import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Exchange } from '../../../src/http/exchange.ts';
import type { Connections, ConnectionsHost } from '../../../src/http/limits/connections.ts';
import { byteBudget } from '../../../src/http/limits/held-bytes.ts';
import { closeSlowest, cutSlowest } from '../../../src/http/limits/slowest-clients.ts';
import { headWriter, keptTick } from '../../../src/http/node-http.ts';
import { badInput } from '../../../src/http/problem.ts';
import { workTurns } from '../../../src/http/work-turns.ts';
import { heldTurn, noConnections, testWorld } from '../../support/world.ts';

const lose = ({ request }: Exchange) => void request.socket.destroy();
const fail = (exchange: Exchange) => exchange.fail(noText());
const ONE_BYTE = { bytes: 1, sparedBytes: 0 };
const breakBody = (exchange: Exchange) => exchange.breakBody(noText());

// Node requires that answers finish in the order of their requests. Otherwise, an assertion in Node ends the process.
for (const [what, steps, begins, finishes] of [
  ['does not begin on a connection that is gone', [lose, fail], false, false],
  ['does not finish on a connection that is gone since it began', [fail, lose, breakBody], true, false],
  ['finishes when the rest of the body will never arrive', [fail, breakBody], true, true],
] as const) {
  test(`an answer beside a body ${what}`, async () => {
    const { exchange, hasFinished } = beforeItsBody();

    for (const step of steps) {
      step(exchange);
      if (step !== lose) await turn();
    }

    assert.deepEqual([exchange.response.headersSent, hasFinished()], [begins, finishes]);
  });
}

test('an answer that is sent before its body has arrived counts with its own status once the system has taken it', async () => {
  const [taken, waiting] = [beforeItsBody().exchange, beforeItsBody().exchange];
  waiting.response.detachSocket(waiting.request.socket);

  for (const { reply } of [taken, waiting]) reply.send({ status: 400, headers: {}, body: 'x' });
  await turn();

  assert.deepEqual([taken.reply.status, waiting.reply.status], [400, 499]);
});

test('an answer that is sent before its body has arrived leaves in one packet, because a proxy can drop what comes after the head', async () => {
  const { exchange, socket } = beforeItsBody();

  exchange.reply.send({ status: 400, headers: {}, body: 'x' });
  await turn();

  assert.match(socket.packets[0] ?? '', /^HTTP\/1\.1 400 [\s\S]*\r\n\r\nx$/);
});

test('a request that is refused because of its head does not keep that head while it waits to be answered, and is the last of its connection', () => {
  const { exchange } = beforeItsBody(1000);
  const { open, socket } = oneConnection();
  exchange.request.socket = socket;

  open.begin(exchange);

  exchange.held.setAnswer();
  assert.equal(open.of(socket)?.isFull, true);
  assert.match(String(exchange.refusal), /no room: bytes/);
  const { url, rawHeaders, headers } = exchange.request;
  const kept = { origin: 'https://app.example', expect: '100-continue' };
  assert.deepEqual([url, rawHeaders, headers], ['', [], kept]);
  assert.equal(exchange.held.bytes, 4096);
});

test('an error is sent although its exchange has given back what it held and there is no room', () => {
  const { exchange } = beforeItsBody(1000, 'x'.repeat(30_000));
  exchange.held.release();

  exchange.fail(noText());

  assert.equal(exchange.response.statusCode, 400);
});

test('an answer is not begun if its own connection was closed to make room for it', () => {
  const { exchange, budget } = beforeItsBody(10_000);
  exchange.request.complete = true;
  budget.makeRoom = () => lose(exchange);

  exchange.run(() => ({ headers: {}, body: 'x'.repeat(30_000) }));

  assert.equal(exchange.response.headersSent, false);
});

test('an answer that fails after it began closes its connection', () => {
  const { exchange } = beforeItsBody();
  exchange.reply.stream({});

  exchange.fail(noText());

  assert.equal(exchange.response.destroyed, true);
});

test('a whole answer is unread since it was written, and is held in place of the body; one in pieces is unread since it began, if 16 KiB of it wait', () => {
  const [whole, pieces] = [beforeItsBody().exchange, beforeItsBody().exchange];
  for (const { request } of [whole, pieces]) request.complete = true;
  // An answer that waits for an earlier one has no socket.
  whole.response.detachSocket(whole.request.socket);
  const before = whole.reply.unreadSinceMs(5);
  whole.held.setAnswer();
  const head = whole.held.bytes;
  whole.held.set(5000, 'body');

  whole.run(() => ({ headers: {}, body: 'x' }));
  const response = pieces.reply.stream({});
  response.write('x');
  const few = pieces.reply.unreadSinceMs(5);
  response.write('x'.repeat(16_384));

  assert.deepEqual([before, whole.reply.unreadSinceMs(5), few], [undefined, 1000, undefined]);
  assert.equal(whole.held.bytes, head + 1);
  assert.equal(pieces.reply.unreadSinceMs(5), 5);
});

test('a failure after the answer has left does not abort the signal', () => {
  const { exchange } = beforeItsBody();
  // Node sets this when the answer has left.
  exchange.response.destroyed = true;

  exchange.fail(noText());

  assert.equal(exchange.signal.aborted, false);
});

test('an answer in pieces is written once it has ended, whether it is read or not', () => {
  const { exchange } = beforeItsBody();
  let isWritten = false;
  exchange.reply.atWritten(() => {
    isWritten = true;
  });

  exchange.reply.stream({});
  const before = isWritten;
  exchange.reply.endStream();

  assert.deepEqual([before, isWritten], [false, true]);
});

for (const [others, mostMs] of [
  [0, 1000],
  [1, 100],
] as const) {
  test(`a client that has sent ${others} more requests and leaves an answer unread for over ${mostMs} ms is cut off to make room`, () => {
    const { open, socket } = oneConnection();
    // Resetting this socket fails, because it is not connected.
    socket.on('error', () => {});
    const { exchange } = beforeItsBody();
    exchange.reply.unreadSinceMs = () => 0;
    exchange.held.set(1000, 'body');
    open.of(socket)?.exchanges.push(exchange, ...Array(others).fill(beforeItsBody().exchange));

    cutSlowest(open.all(), ONE_BYTE, mostMs);
    const early = socket.destroyed;
    cutSlowest(open.all(), ONE_BYTE, mostMs + 1);

    assert.deepEqual([early, socket.destroyed, exchange.held.bytes], [false, true, 0]);
  });
}

test('a client that was cut off because its body is slow is closed before an idle one', () => {
  const { exchange } = beforeItsBody();
  exchange.hold({ isAhead: false });
  exchange.held.release();
  const idle = { socket: new Socket(), exchanges: [], isNew: false, hasFailed: false, usedMs: 0 };
  const slow = { ...idle, socket: new Socket(), exchanges: [exchange] };

  const closed = closeSlowest([idle, slow], 1, 1000);

  assert.deepEqual(closed, [slow]);
});

test('a connection that has had its last answer is closed before one whose first request was not read yet', () => {
  const ended = { socket: new Socket().end(), exchanges: [], isNew: false, hasFailed: false, usedMs: 0 };
  const fresh = { ...ended, socket: new Socket(), isNew: true, usedMs: 800 };

  const closed = closeSlowest([fresh, ended], 1, 1000);

  assert.deepEqual(closed, [ended]);
});

for (const [when, isClosing, ms] of [
  ['', false, 1000],
  [' while the server closes', true, 250],
] as const) {
  test(`after the last answer of a connection its other requests end, and its client has ${ms} ms to close it${when}`, async () => {
    const { clock } = testWorld();
    const open = noConnections(2, { clock, isClosing: () => isClosing });
    // `allowHalfOpen`, because a client that has sent its last byte can still read.
    const [first, second] = [new Socket({ allowHalfOpen: true }), new Socket({ allowHalfOpen: true })];
    for (const socket of [first, second])
      open.add(Object.defineProperty(socket, 'remoteAddress', { value: '::1' }));
    // The server has stopped reading from the first one.
    first.pause();
    const { exchange } = beforeItsBody();
    exchange.response.shouldKeepAlive = false;
    open.of(first)?.exchanges.push(exchange);
    let isOver = false;
    exchange.atEnd(() => {
      isOver = true;
    });

    for (const socket of [first, second]) socket.destroySoon();
    second.destroy();
    await clock.advance(ms - 1);
    const before = [isOver, first.isPaused(), first.destroyed, clock.timers()];
    await clock.advance(1);

    assert.deepEqual([...before, first.destroyed], [true, false, false, 1, true]);
  });
}

test('of what a client sends after its last answer, 64 KiB are read, and nothing is parsed', () => {
  let bytesRead = 1000;
  const { socket } = oneConnection({
    bytesRead: () => bytesRead,
    parse: () => assert.fail('it is parsed'),
  });

  socket.destroySoon();
  const isPaused = [65_536, 1].map((bytes) => {
    bytesRead += bytes;
    socket.emit('data', Buffer.alloc(0));
    return socket.isPaused();
  });
  socket.destroy();

  assert.deepEqual(isPaused, [false, true]);
});

test('a request that came in one packet with an answered one counts as sent ahead, and lets others be read first', () => {
  const { open, socket } = oneConnection();
  const isPausing = Array.from({ length: 2 }, () => {
    const { exchange } = beforeItsBody();
    exchange.request.socket = socket;
    open.begin(exchange);
    exchange.end();
    return open.of(socket)?.isPausing;
  });

  assert.deepEqual(isPausing, [false, true]);
});

test('once 16 requests have failed in a turn, clients whose requests fail let others be read first, and 8 are read on in a turn', async () => {
  const { soon, end: endTurn } = heldTurn();
  const turns: (() => void)[] = [];
  const asked: number[] = [];
  const nextTurn = (bytes: number) => new Promise<void>((run) => asked.push(bytes) && turns.push(run));
  const open = noConnections(100, { clock: { ...testWorld().clock, soon }, nextTurn });
  const answered = (status: number) => {
    const { socket } = oneConnection({ open });
    const { exchange } = beforeItsBody();
    exchange.request.socket = socket;
    Object.defineProperty(exchange.reply, 'status', { value: status });
    open.begin(exchange);
    exchange.end();
    return open.of(socket)?.isPausing;
  };
  const waiting = () => [...open.all()].filter(({ isPausing }) => isPausing);

  const isPausing = [...Array(16).fill(200), ...Array(25).fill(400)].map(answered);
  endTurn();
  await turn();
  const before = waiting();
  // The work of a client that has left does not use up the turn of another client.
  before[0]?.socket.emit('close');
  turns[0]?.();
  await turn();

  assert.deepEqual([isPausing.lastIndexOf(false), isPausing.indexOf(true), answered(400)], [30, 31, false]);
  assert.deepEqual([before.length, waiting().length, asked], [10, 1, [4096, 4096]]);
});

test('an error of the connection does not end the process', () => {
  const { request, response } = beforeItsBody().exchange;

  // `emit('error')` throws if there is no listener.
  for (const each of [request, response]) each.emit('error', new Error('broken'));
});

test('an answer that comes after the end of its exchange is not held', () => {
  const { held } = beforeItsBody().exchange;
  held.end();

  held.setAnswer(1000);

  assert.equal(held.bytes, 0);
});

test('a body that is broken never counts as whole, and its rest is not used', () => {
  const { exchange, budget } = beforeItsBody();
  const { body } = exchange;
  const done: string[] = [];
  body.atWhole(() => done.push('whole'));
  body.read({ maxBytes: 1000, use: () => done.push('used'), fail: () => done.push('failed') });

  body.break(noText());
  const wantsMore = body.take(Buffer.from('rest'));
  body.arrived();

  assert.deepEqual([done, wantsMore, budget.bytes], [['failed'], false, 0]);
});

test('a body counts as whole before it is used, and not any more once its exchange has ended', async () => {
  const [used, ended] = [beforeItsBody().exchange, beforeItsBody().exchange];
  const done: string[] = [];
  used.body.atWhole(() => done.push('whole'));
  used.body.read({ maxBytes: 1000, use: () => done.push('used'), fail() {} });
  ended.body.atWhole(() => done.push('whole too late'));
  ended.response.end();
  await turn();
  ended.end();

  for (const { body } of [used, ended]) body.arrived();

  assert.deepEqual(done, ['whole', 'used']);
});

test('an exchange has one signal, which has aborted if it is first read after its client left', () => {
  const [{ exchange }, left] = [beforeItsBody(), beforeItsBody().exchange];

  left.end();

  assert.equal(exchange.signal, exchange.signal);
  assert.deepEqual([exchange.signal.aborted, left.signal.aborted], [false, true]);
});

test('the object that `keptTick` keeps is a tick of Node, and has the same keys each time', async () => {
  const kept = [keptTick(), keptTick()];
  await new Promise<void>((resolve) => process.nextTick(resolve));

  const [first, second] = kept.map(({ tick = {} }) => Object.keys(tick));

  assert.ok(first?.includes('callback'));
  assert.deepEqual(first, second);
});

function noText() {
  return badInput('no text', 'Send a text.');
}

interface OneConnection extends Partial<ConnectionsHost> {
  /** The connections to which the new one is added. */
  open?: Connections;
  bytesRead?: () => number;
  parse?: () => void;
}

/** An open connection. By default, it is the only one. */
function oneConnection({ bytesRead = () => 1000, parse = () => {}, ...given }: OneConnection = {}) {
  const open = given.open ?? noConnections(1, given);
  const about = { remoteAddress: { value: '::1' }, bytesRead: { get: bytesRead } };
  const socket = Object.defineProperties(new Socket(), about).on('data', parse);
  open.add(socket);
  return { open, socket };
}

/** A socket that sends everything at once. */
class QuickSocket extends Socket {
  /** What was sent, packet by packet. */
  readonly packets: string[] = [];
  override _write(chunk: Buffer, _encoding: string, sent: () => void): void {
    this._writev([{ chunk }], sent);
  }
  override _writev(chunks: { chunk: Buffer }[], sent: () => void): void {
    this.packets.push(chunks.map(({ chunk }) => chunk.toString()).join(''));
    sent();
  }
}

/** An exchange whose large body has not arrived yet, and whose client waits for `100 Continue`. */
function beforeItsBody(maxHeldBytes = 1_000_000, cookie = '') {
  const world = testWorld();
  const socket = new QuickSocket();
  const request = new IncomingMessage(socket);
  const asked = { expect: '100-continue', origin: 'https://app.example' };
  Object.assign(request.headers, { 'content-length': '1000000', ...asked });
  request.rawHeaders.push('content-length', '1000000', 'expect', '100-continue', 'cookie', cookie);
  const response = new ServerResponse(request);
  response.assignSocket(request.socket);
  let isFinished = false;
  response.on('finish', () => {
    isFinished = true;
  });
  const budget = byteBudget(maxHeldBytes, () => {}, world);
  const exchange = new Exchange(request, response, {
    ...world,
    crossOrigin: undefined,
    writeHead: headWriter(world.clock, 1000),
    budget,
    source: { manyPieces() {}, skipPacket() {}, readOn() {} },
    turns: workTurns(async () => {}, world.clock),
    draining: new AbortController().signal,
    isClosing: () => false,
    newId: () => 'an-id',
  });
  return { exchange, budget, socket, hasFinished: () => isFinished };
}
