import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../../src/core/clock.ts';
import { AttemptError } from '../../src/core/errors.ts';
import type { NextTurn } from '../../src/core/turns.ts';
import { type ApiUnderTest, deafClient, fakeApi, LARGEST_FILE, testApi } from '../support/api.ts';
import { answerOf, type FakeShouter } from '../support/fake-shouter.ts';
import { parsed } from '../support/raw-answer.ts';
import { type RawClient, rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { heldTurn, worldOn } from '../support/world.ts';

/** The bytes held for a head whose `content-length` has five digits: 4 KiB, its characters, and 56 for each name and value. */
const HEAD = 4096 + '/v1'.length + 6 * 56 + 'hostxcontent-typeapplication/jsoncontent-length10000'.length;
const BUDGET = 60_000 + 3 * HEAD;
const SCARCE = { options: { maxHeldBytes: BUDGET } };
const QUOTA = { rateLimitPerMinute: 100 };
const TOO_LATE = new AttemptError('timeout', 'too late');

/** A head of almost the largest size. Two of them are more than the service reads in one turn of the event loop. */
const LONG = `x: ${'a'.repeat(15_000)}`;

test('a body is held as it arrives, and nothing is held once it is answered', async (t) => {
  const { server, sending } = await start(t);
  const body = jsonOf('x'.repeat(12_000));

  const client = await sending(body, 9000);
  await until(t, () => server.status().heldBytes === HEAD + 9000);
  client.send(body.slice(9000));
  await client.heard(/X"\}$/);

  await until(t, () => server.status().heldBytes === 0);
});

test('an idle connection keeps nothing of its last request in memory', async (t) => {
  const { port } = await start(t);
  const requests: WeakRef<object>[] = [];
  subscribe('http.server.request.start', (started) => {
    requests.push(new WeakRef((started as { request: object }).request));
  });
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const client = await rawClient(t, port);

  // The body has no text. The fake upstream would keep the call for a text, and that call would keep the request in memory.
  client.send(requestOf('POST /v1', { type: 'application/json', body: '{}' }));
  await client.heard(/BAD_INPUT.*\}$/);

  await until(t, () => {
    collectGarbage();
    return requests.length > 0 && requests.every((request) => request.deref() === undefined);
  });
});

test('a text whose client has left is held until its turn comes, and then dropped', async (t) => {
  const { nextTurn, turns, endTurns } = heldTurns();
  const { server, upstream, sending } = await start(t, { nextTurn });
  const client = await sending(jsonOf('x'.repeat(16_500)));
  await until(t, () => turns.length === 1);

  client.socket.resetAndDestroy();
  await until(t, () => server.status().connections === 0);
  const { heldBytes } = server.status();
  endTurns();
  await turn();

  assert.ok(heldBytes > 16_500);
  assert.deepEqual([server.status().heldBytes, server.inFlight(), upstream.calls.length], [0, 0, 0]);
});

test('a long head behind another one waits for its turn, and is not answered if its client has left by then', async (t) => {
  const { nextTurn, turns, endTurns, areGone } = heldTurns();
  // All heads arrive in the same turn.
  const { soon, end: endTurn } = heldTurn();
  const world = worldOn({ ...systemClock, soon });
  const { server, upstream, port } = await start(t, { nextTurn, world });
  const [first, gone, client] = await clientsOf(t, port, 3);
  // A connection that is not accepted yet would be read after the others.
  await until(t, () => server.status().connections === 3);
  for (const each of [first, gone, client]) each?.send(requestOf('GET /v1?data=two', { more: LONG }));
  await until(t, () => turns.length === 2);
  endTurn();
  gone?.socket.resetAndDestroy();
  await until(t, () => server.status().connections === 2);
  const before = [upstream.calls.length, ...areGone()];
  endTurns();

  await client?.heard('OWT');
  assert.deepEqual([...before, upstream.calls.length], [1, true, false, 2]);
  await until(t, () => server.inFlight() === 0 && server.status().heldBytes === 0);
});

for (const [what, end, answer] of [
  ['answers', (upstream: FakeShouter) => upstream.answerHeld(), '200 OK'],
  ['failures', (upstream: FakeShouter) => upstream.failHeld(TOO_LATE), '504 Gateway Timeout'],
] as const) {
  test(`of ${what} that come in the same moment, 32 leave in a turn of the event loop and the rest in later ones`, async (t) => {
    const { nextTurn, endTurns, areGone } = heldTurns();
    const { server, upstream, world, port } = await start(t, { nextTurn });
    upstream.hold();
    const clients = await clientsOf(t, port, 40);
    for (const [i, client] of clients.entries()) client.send(requestOf(`GET /v1?data=${i}`));
    await until(t, () => upstream.calls.length === 40);

    end(upstream);
    await until(t, () => world.emitted('answered').length === 32);
    // After this many failures in a turn, reading the next request of a connection also has to wait for a turn.
    const before = [server.inFlight(), ...areGone().filter((isGone) => isGone !== undefined)];
    endTurns();

    for (const client of clients) await client.heard(answer);
    assert.deepEqual(before, [8, ...Array(8).fill(false)]);
  });
}

test('bytes that are not HTTP are answered although their client has ended its side and the answer waits for a turn', async (t) => {
  const { nextTurn, turns, endTurns } = heldTurns();
  // The current turn never ends. 32 of these answers fit into one turn, so the 33rd waits.
  const world = worldOn({ ...systemClock, soon: heldTurn().soon });
  const { port } = await start(t, { nextTurn, world });
  const clients = await clientsOf(t, port, 33);

  for (const { socket } of clients) socket.end('HELLO\r\n\r\n');
  await until(t, () => turns.length === 1);
  for (let i = 0; i < 3; i++) await turn();
  endTurns();

  for (const client of clients) assert.match(await client.closed(), /^HTTP\/1\.1 400 /);
});

const IN_CHUNKS = requestOf('POST /v1', { type: 'text/plain', more: 'transfer-encoding: chunked' }).concat(
  `400\r\n${'x'.repeat(1024)}\r\n`.repeat(60),
);

test('the part of a refused body that was read ahead is not held any more', async (t) => {
  const { server, port, counted } = await startCounting(t);
  const client = await rawClient(t, port);
  client.send(IN_CHUNKS);
  await until(t, () => server.status().heldBytes > 60_000);

  counted.resolve({ current: 101, leftMs: 1000 });

  await until(t, () => server.status().heldBytes < 60_000);
  assert.equal(server.status().connections, 1);
});

test('a large body whose request waits is read on when it is its turn, and what came before counts once', async (t) => {
  const { server, upstream, port, counted } = await startCounting(t);
  upstream.hold();
  const client = await rawClient(t, port);
  client.send(requestOf('POST /v1', { type: 'text/plain', body: 'x'.repeat(200_000) }));
  await until(t, () => server.status().heldBytes > 65_536);
  for (let i = 0; i < 50; i++) await turn();
  const readAhead = server.status().heldBytes;

  counted.resolve({ current: 1, leftMs: 1000 });
  await until(t, () => upstream.calls.length === 1);

  const { heldBytes } = server.status();
  assert.ok(readAhead <= 2 * 65_536 + HEAD, `${readAhead}`);
  assert.ok(heldBytes > 600_000 && heldBytes < 600_000 + 2 * HEAD, `${heldBytes}`);
});

test('a client that leaves before the rest of its refused body leaves nothing that is held', async (t) => {
  const { server, world, port } = await start(t);
  const client = await rawClient(t, port);
  client.send(requestOf('POST /v2', { more: 'content-length: 9' }));
  await until(t, () => server.status().heldBytes > 0);

  client.socket.resetAndDestroy();

  await until(t, () => server.status().connections === 0);
  await turn();
  assert.deepEqual([server.status().heldBytes, world.clock.timers()], [0, 0]);
});

test('when there is no room, the body that arrives most slowly is cut off, and the others get in', async (t) => {
  const { sendingFor } = await start(t, SCARCE);
  const slowest = await sendingFor(50_000, jsonOf('x'.repeat(55_000)), 50_000);
  const slow = await sendingFor(100, jsonOf('y'.repeat(55_000)), 2000);
  const body = jsonOf('z'.repeat(14_000));

  const newcomer = await sendingFor(0, body, 5000);
  newcomer.send(body.slice(5000));

  assert.match(await newcomer.heard(/"\}$/), /^HTTP\/1\.1 200 /);
  const cut = parsed(await slowest.heard(/\}$/));
  assert.deepEqual([cut.status, JSON.parse(cut.body).code], [503, 'OVERLOADED']);
  assert.equal(slow.text(), '');
  assert.equal(slow.socket.closed, false);
});

test('when there is no room, a body that holds little is not cut off, however slow it is', async (t) => {
  // Each of the four connections has an eighth of the budget: 9 KB.
  const { sending, sendingFor } = await start(t, { options: { ...SCARCE.options, maxConnections: 4 } });
  const slowest = await sendingFor(50_000, jsonOf('x'.repeat(12_000)), 2000);
  const large = await sendingFor(100, jsonOf('y'.repeat(55_000)), 50_000);

  await sending(jsonOf('z'.repeat(14_000)), 12_000);

  assert.equal(parsed(await large.heard(/\}$/)).status, 503);
  assert.equal(slowest.text(), '');
});

test('when there is no room, a client that has sent only its head is cut off before one whose body arrives', async (t) => {
  const { server, port, sending, sendingFor } = await start(t, SCARCE);
  const empty = await rawClient(t, port);
  empty.send(requestOf('POST /v1', { type: 'text/plain', more: `content-length: 9\r\n${LONG}` }));
  await until(t, () => server.status().heldBytes > 15_000);
  const slow = await sendingFor(40_000, jsonOf('x'.repeat(45_000)), 40_000);

  await sending(jsonOf('y'.repeat(14_000)), 12_000);

  assert.equal(parsed(await empty.heard(/\}$/)).status, 503);
  assert.equal(slow.text(), '');
});

test('when there is no room, a body whose first bytes are still on their way is not the slowest', async (t) => {
  const { server, world, port, sending, sendingFor } = await start(t, SCARCE);
  const slow = await sendingFor(1000, jsonOf('x'.repeat(45_000)), 40_000);
  const far = await rawClient(t, port);
  far.send(requestOf('POST /v1', { type: 'text/plain', more: `content-length: 5\r\n${LONG}` }));
  await until(t, () => server.status().heldBytes > HEAD + 55_000);
  await world.clock.advance(100);

  await sending(jsonOf('y'.repeat(14_000)), 12_000);
  assert.equal(parsed(await slow.heard(/\}$/)).status, 503);
  far.send('hello');

  await far.heard('OLLEH');
});

test('a body that needs room and is the slowest itself is cut off, and gives back only what it held', async (t) => {
  const { server, sendingFor } = await start(t, SCARCE);
  const body = jsonOf('x'.repeat(64_000));
  const slowest = await sendingFor(50_000, body, 50_000);
  const other = await sendingFor(100, jsonOf('y'.repeat(10_000)), 5000);

  slowest.send(body.slice(50_000, 60_000));

  const { status, body: refusal } = parsed(await slowest.heard(/\}$/));
  assert.deepEqual([status, JSON.parse(refusal).code], [503, 'OVERLOADED']);
  assert.match(JSON.parse(refusal).detail, /more slowly/);
  slowest.socket.destroy();
  await until(t, () => server.status().heldBytes === HEAD + 5000);
  other.socket.destroy();
  await until(t, () => server.status().heldBytes === 0);
});

test('texts that wait fill seven eighths at most, three copies each, but a small one gets in beyond the budget', async (t) => {
  const { server, upstream, world, sending } = await start(t, SCARCE);
  upstream.hold();
  await sending(jsonOf('x'.repeat(14_000)));
  await until(t, () => upstream.calls.length === 1);
  const held = server.status().heldBytes;

  const refused = await sending(jsonOf('y'.repeat(4600)));
  const answer = parsed(await refused.heard(/\}$/));
  await sending(jsonOf('y'.repeat(24_000)), 22_000);
  await until(t, () => server.status().heldBytes > BUDGET - 1000);
  const small = await sending(jsonOf('small'.repeat(70)));
  await until(t, () => upstream.calls.length === 3);
  upstream.answerHeld();

  assert.ok(held >= 42_000 && held <= BUDGET * 0.875, `${held}`);
  assert.deepEqual([answer.status, JSON.parse(answer.body).code], [503, 'OVERLOADED']);
  assert.match(await small.heard(/\}$/), /^HTTP\/1\.1 200 /);
  assert.deepEqual(world.emitted('shed'), [{ type: 'shed', reason: 'bytes' }]);
});

test('bulks fill three quarters of the budget at most, those that wait for their turn too', async (t) => {
  const { nextTurn, turns } = heldTurns();
  const { port } = await start(t, { nextTurn, options: { maxHeldBytes: 180_000 } });
  const [first, second] = [await rawClient(t, port), await rawClient(t, port)];

  first.send(bulkOf(LINE.repeat(2)));
  await until(t, () => turns.length === 1);
  second.send(bulkOf('{"data":"a"}\n'));

  assert.match(await second.heard(/\}$/), /^HTTP\/1\.1 503 .*"OVERLOADED"/s);
});

const LINE = `${jsonOf('x'.repeat(10_000))}\n`;
const NOT_LATIN = jsonOf(`${'x'.repeat(5000)}@`).replace('@', '\\u044f');
for (const [what, request, least] of [
  [
    'a bulk that is being answered holds three copies of its text, and 40 KiB for its answers',
    bulkOf(LINE),
    3 * LINE.length + 40_960,
  ],
  [
    'a text with a single character beyond Latin-1 is held with two bytes for each, in three copies',
    requestOf('POST /v1', { type: 'application/json', body: NOT_LATIN }),
    3 * 2 * 5000,
  ],
] as const) {
  test(what, async (t) => {
    const { server, upstream, port } = await start(t);
    upstream.hold();
    const client = await rawClient(t, port);

    client.send(request);
    await until(t, () => upstream.calls.length === 1);

    const { heldBytes } = server.status();
    assert.ok(heldBytes > least && heldBytes < least + 2 * HEAD, `${heldBytes}`);
  });
}

test('when there is no room, a bulk whose answers are not read for a second is cut off', async (t) => {
  const answer = answerOf('x'.repeat(32_768));
  let begun = 0;
  const reverseShout = (text: string) => {
    if (text !== 'a') return answerOf(text);
    begun++;
    return turn(answer);
  };
  const options = { maxHeldBytes: 80_000 };
  const { server, world, port, sending } = await start(t, { reverseShout, options });
  const deaf = await rawClient(t, port);
  deaf.socket.pause();
  deaf.send(bulkOf('{"data":"a"}\n'.repeat(300)));
  for (let before = -1; before !== begun || begun === 0; ) {
    before = begun;
    for (let i = 0; i < 50; i++) await turn();
  }
  await world.clock.advance(1000);
  const early = await sending(jsonOf('y'.repeat(30_000)));
  assert.equal(parsed(await early.heard('OVERLOADED')).status, 503);

  await world.clock.advance(10);
  const newcomer = await sending(jsonOf('y'.repeat(30_000)));

  assert.match(await newcomer.heard(/"\}$/), /^HTTP\/1\.1 200 /);
  await until(t, () => server.status().heldBytes === 0);
  deaf.socket.resume();
  await deaf.closed();
  assert.match(`${deaf.socket.errored}`, /ECONNRESET/);
});

test('the work on a refused text stops, and a later failure of the upstream does no harm', async (t) => {
  const { upstream, sending } = await start(t, SCARCE);
  upstream.hold();
  const first = await sending(jsonOf('x'.repeat(14_000)));
  await until(t, () => upstream.calls.length === 1);
  const refused = await sending(jsonOf('y'.repeat(5000)));
  await refused.heard('OVERLOADED');
  const stopped = upstream.received.map(({ signal }) => signal.aborted);

  upstream.failHeld(TOO_LATE);

  assert.deepEqual(stopped, [false, true]);
  assert.equal(parsed(await first.heard('UPSTREAM_TIMEOUT')).status, 504);
});

test('a file holds nothing however many answers with it wait to be read, because they share it', async (t) => {
  const { server, sending } = await start(t, SCARCE);
  const head = 4096 + LARGEST_FILE.length + 2 * 56 + 'hostx'.length;

  await deafClient(t, server, requestOf(`GET ${LARGEST_FILE}`).repeat(8));
  const large = await sending(jsonOf('x'.repeat(3000)));

  assert.match(await large.heard(/\}$/), /^HTTP\/1\.1 200 /);
  const { heldBytes } = server.status();
  assert.ok(heldBytes > 0 && heldBytes <= 8 * head && heldBytes % head === 0, `${heldBytes}`);
});

for (const [path, type] of [
  ['/v1', 'text/plain'],
  ['/v1/bulk', 'application/x-ndjson'],
] as const) {
  test(`the memory of a body sent to ${path} is freed when it is answered`, async (t) => {
    const payload = Buffer.from(new ArrayBuffer(65_536)).fill('a');

    const headers = { 'content-type': type };
    const { statusCode } = await testApi(t).inject({ method: 'POST', url: path, payload, headers });

    assert.deepEqual([statusCode, payload.byteLength], [200, 0]);
  });
}

function bulkOf(body: string): string {
  return requestOf('POST /v1/bulk', { type: 'application/x-ndjson', body });
}

function jsonOf(data: string): string {
  return JSON.stringify({ data });
}

/** All turns wait until the test calls `endTurns`. `areGone` says for each turn whether its work is no longer needed. */
function heldTurns() {
  const turns: { run(): void; isGone: (() => boolean) | undefined }[] = [];
  const nextTurn: NextTurn = (_bytes, isGone) => new Promise((run) => turns.push({ run, isGone }));
  const areGone = () => turns.map(({ isGone }) => isGone?.());
  const endTurns = () => turns.forEach(({ run }) => void run());
  return { nextTurn, turns, areGone, endTurns };
}

function clientsOf(t: TestContext, port: number, count: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, () => rawClient(t, port)));
}

/** A service whose count of a client's requests arrives when the test resolves `counted`. */
async function startCounting(t: TestContext) {
  const counted = Promise.withResolvers<{ current: number; leftMs: number }>();
  const requestCounter = { count: () => counted.promise };
  return { ...(await start(t, { requestCounter, options: QUOTA })), counted };
}

async function start(t: TestContext, parts: ApiUnderTest = {}) {
  const { server, world, port, ...others } = await fakeApi(t, parts);
  return { ...others, server, world, port, sending, sendingFor };

  /** A client that has sent the head of a request and `length` bytes of its body. */
  async function sending(body: string, length = body.length): Promise<RawClient> {
    const client = await rawClient(t, port);
    const request = requestOf('POST /v1', { type: 'application/json', body });
    client.send(request.slice(0, request.length - body.length + length));
    return client;
  }

  /** Like `sending`, but resolves after the service holds these bytes, and the clock has moved on by `ms`. */
  async function sendingFor(ms: number, body: string, length: number): Promise<RawClient> {
    const { heldBytes } = server.status();
    const client = await sending(body, length);
    await until(t, () => server.status().heldBytes === heldBytes + HEAD + length);
    await world.clock.advance(ms);
    return client;
  }
}
