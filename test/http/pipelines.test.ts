import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../src/core/clock.ts';
import { type ApiUnderTest, listeningServer } from '../support/api.ts';
import { answerOf } from '../support/fake-shouter.ts';
import { numbered } from '../support/layer.ts';
import { pick } from '../support/pick.ts';
import { parsed, wholeAnswers } from '../support/raw-answer.ts';
import { postOf, type RawClient, rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { heldTurn, worldOn } from '../support/world.ts';

const known = (text: string) => answerOf(text);

/** The service holds this many bytes for each request that waits for an earlier request. */
const REQUEST_BYTES = 4096;

const NUMBERS = Array.from({ length: 1_000 }, (_, at) => at);
const THOUSAND_REQUESTS = NUMBERS.map((at) => requestOf(`GET /v1?data=${at}`)).join('');

// If each request is answered at once, several of them begin and end within one packet.
const THOUSAND_POSTS = NUMBERS.map((at) => postOf(`${at}`)).join('');
const MOST = 129;

for (const [limit, requests, parts] of [
  ['128 ahead of an answer', THOUSAND_REQUESTS, { reverseShout: async (text) => known(text) }],
  ['128 in one packet, each answered at once', THOUSAND_POSTS, { reverseShout: known }],
] as readonly [string, string, ApiUnderTest][]) {
  test(`of more requests than ${limit}, those within the limit are answered in order, then the connection closes`, async (t) => {
    const { client, status, world } = await start(t, parts);

    client.send(requests);

    const answers = await client.closed();
    assert.deepEqual(numbersIn(answers), NUMBERS.slice(0, MOST));
    assert.equal(answers.match(/connection: close/gi)?.length, 1);
    await until(t, () => status().connections === 0);
    assert.equal(world.emitted('answered').length, MOST);
    assert.equal(status().heldBytes, 0);
  });
}

for (const [what, more, most] of [
  ['', '', 62],
  [' with 150 headers', Array(150).fill('h: v').join('\r\n'), 12],
] as const) {
  test(`a request${what} that is sent ahead when no bytes are left is refused after the earlier answers, and its connection closes`, async (t) => {
    const options = { maxHeldBytes: 2 ** 19 };
    const { client, status } = await start(t, { options, reverseShout: async (text) => turn(known(text)) });

    client.send(NUMBERS.map((at) => requestOf(`GET /v1?data=${at}`, { more })).join(''));

    const answers = await client.closed();
    assert.deepEqual(numbersIn(answers), NUMBERS.slice(0, most));
    const { status: refusal, headers, body } = parsed(answers.slice(answers.lastIndexOf('HTTP/1.1')));
    assert.deepEqual([refusal, headers.get('connection')], [503, 'close']);
    assert.equal(JSON.parse(body).code, 'OVERLOADED');
    assert.equal(status().heldBytes, 0);
  });
}

for (const [headers, statuses] of [
  [198, [200, 200]],
  [200, [431]],
  [400, [431]],
] as const) {
  test(`with ${headers} headers besides Host, requests are answered with ${statuses}`, async (t) => {
    const { client, status } = await start(t, { reverseShout: known });
    const request = requestOf('GET /v1?data=0', { more: Array(headers).fill('a: b').join('\r\n') });

    client.send(request + request.replace('host: x', 'host: x\r\nconnection: close'));

    const answers = await client.closed();
    assert.deepEqual(pick(wholeAnswers(answers), 'status'), statuses);
    assert.match(answers, /connection: close/i);
    assert.equal(/there can be 200 headers/.test(answers), statuses[0] === 431);
    await until(t, () => status().heldBytes === 0);
  });
}

test('a request after the last answer of a connection is not worked on', async (t) => {
  const asked: string[] = [];
  const reverseShout = (text: string) => {
    asked.push(text);
    return known(text);
  };
  const { client } = await start(t, { reverseShout });

  client.send(requestOf('GET /v1?data=1', { more: 'host: y' }) + requestOf('GET /v1?data=2'));

  assert.match(await client.closed(), /^HTTP\/1.1 400 (?!.*HTTP)/s);
  assert.deepEqual(asked, []);
});

const ANOTHER = requestOf('GET /v1?data=9');
for (const [what, space, after, answers] of [
  ['comes alone is kept', ' ', '', [0, 1, 2]],
  ['comes with another one closes, because Node drops what follows', ' ', ANOTHER, [0, 1]],
  ['comes, without spaces, with another one closes', '', ANOTHER, [0, 1]],
] as const) {
  test(`the connection of a request that asks for another protocol and ${what}`, async (t) => {
    const { client } = await start(t, { reverseShout: known });
    const upgrade = { more: `connection: upgrade\r\nupgrade: h2c${`\r\na:${space}b`.repeat(50)}` };

    client.send(requestOf('GET /v1?data=0'));
    await client.heard('"0"');
    client.send(requestOf('POST /v1', { ...upgrade, type: 'text/plain', body: '1' }) + after);
    await client.heard('"1"');
    client.send(requestOf('GET /v1?data=2', { more: 'connection: close' }));

    assert.deepEqual(numbersIn(await client.closed()), answers);
  });
}

test('once clients have sent 128 requests ahead in a turn of the event loop, each other client can send 10 ahead in that turn; after 512, only one', async (t) => {
  const { soon, end } = heldTurn();
  let nowMs = 0;
  let turnsAskedFor = 0;
  // The clock moves on by a second at each look, so that any two connections seem to come far apart.
  const world = worldOn({ ...systemClock, soon, now: () => (nowMs += 1000) });
  const nextTurn = async () => void turnsAskedFor++;
  const { port } = await start(t, { world, reverseShout: known, nextTurn });
  const clients: RawClient[] = [];
  while (clients.length < 42) clients.push(await rawClient(t, port));
  end();
  const counts: number[] = [];
  for (const client of clients) {
    if (counts.length === 41) end();
    client.send(THOUSAND_REQUESTS);
    counts.push(numbersIn(await client.closed()).length);
  }

  assert.deepEqual(counts, [129, ...Array(38).fill(11), 6, 2, 129]);
  assert.equal(turnsAskedFor, 0, 'nothing more will be read of them');
});

test('in a turn of the event loop that accepts 16 connections, a client can send one request ahead, because more connections wait', async (t) => {
  const { soon, end } = heldTurn();
  const { port } = await start(t, { world: worldOn({ ...systemClock, soon }), reverseShout: known });
  const clients: RawClient[] = [];
  while (clients.length < 17) clients.push(await rawClient(t, port));
  const [early, late] = clients as [RawClient, RawClient];

  early.send(THOUSAND_POSTS);
  const then = numbersIn(await early.closed()).length;
  end();
  late.send(THOUSAND_POSTS);

  assert.deepEqual([then, numbersIn(await late.closed()).length], [2, 129]);
});

for (const [ms, connections, most] of [
  [199, 32, 10],
  [200, 32, 128],
  [199, 31, 128],
] as const) {
  test(`${ms} ms after the first of ${connections} new connections a client can send ${most} requests ahead`, async (t) => {
    let nowMs = 1000;
    const world = worldOn({ ...systemClock, now: () => nowMs });
    const { port, status } = await start(t, { world, reverseShout: known });
    nowMs += 1000;
    const clients: RawClient[] = [];
    while (clients.length < connections) clients.push(await rawClient(t, port));
    await until(t, () => status().connections === 1 + connections);
    nowMs += ms;

    clients[0]?.send(THOUSAND_REQUESTS);

    assert.equal(numbersIn((await clients[0]?.closed()) ?? '').length, 1 + most);
  });
}

test('connections that are closed while they wait to be read take no turns of others', async (t) => {
  const turns: (() => void)[] = [];
  const nextTurn = () => new Promise<void>((run) => turns.push(run));
  const options = { maxConnections: 2 };
  const { client, port } = await start(t, { reverseShout: known, nextTurn, options });
  let last = client;
  for (let i = 0; i < 5; i++) {
    last = await rawClient(t, port);
    last.send(requestOf('GET /v1?data=0').repeat(2));
    await last.heard((text) => numbersIn(text).length === 2);
  }
  last.send(requestOf('GET /v1?data=1'));

  turns[0]?.();
  await until(t, () => turns.length === 2);
  turns[1]?.();

  assert.deepEqual(numbersIn(await last.heard('"1"')), [0, 0, 1]);
});

test('once a connection is closed, the rest of its packet is not read', async (t) => {
  const { client, world, status } = await start(t, {
    reverseShout(text, call) {
      Reflect.get(call, 'request').socket.destroy();
      return known(text);
    },
  });

  client.send(postOf('0').repeat(3));

  await until(t, () => status().connections === 0 && world.emitted('answered').length > 0);
  assert.equal(world.emitted('answered').length, 1);
});

test('the last request that a connection can send ahead is read whole, however long its body is', async (t) => {
  const { client } = await start(t, { reverseShout: async (text) => known(text.slice(-3)) });

  client.send(requestOf('GET /v1?data=0').repeat(128));
  client.send(requestOf('POST /v1', { type: 'text/plain', body: `${'a'.repeat(200_000)}end` }));
  client.send(requestOf('GET /v1?data=1'));

  const answers = await client.closed();
  assert.equal(numbersIn(answers).length, 128);
  assert.equal(parsed(answers.slice(answers.lastIndexOf('HTTP/1.1 '))).body, '{"data":"end"}');
});

test('one connection has no more than a packet of its requests read in a turn of the event loop', async (t) => {
  let [begun, most] = [0, 0];
  const { client } = await start(t, {
    limits: {
      isOverloaded() {
        if (begun++ === 0)
          setImmediate(() => {
            most = Math.max(most, begun);
            begun = 0;
          });
        return false;
      },
    },
  });

  client.send(requestOf(`GET /${'a'.repeat(15_000)}`).repeat(200));

  await until(t, () => client.text().match(/HTTP\/1.1 404/g)?.length === 200);
  assert.ok(most > 0 && most <= 6, `${most} requests in a turn`);
});

test('only a little is read of a body that nothing has asked for yet, although its connection gets its turns', async (t) => {
  const release = Promise.withResolvers<void>();
  const { client, port, status } = await start(t, {
    async reverseShout(text) {
      if (text === 'wait') await release.promise;
      return known(text.slice(-3));
    },
  });
  const other = await rawClient(t, port);
  client.send(requestOf('GET /v1?data=wait'));
  await until(t, () => status().heldBytes > REQUEST_BYTES);

  client.send(requestOf('POST /v1', { type: 'text/plain', more: 'transfer-encoding: chunked' }));
  // After so many pieces, the service waits for a turn before it reads the connection again.
  client.send('3c\r\n'.concat('a'.repeat(60), '\r\n').repeat(4000));
  let most = 0;
  for (const turnsTaken of NUMBERS.slice(0, 50)) {
    other.send(requestOf(`GET /v1?data=${turnsTaken}`));
    await other.heard((text) => numbersIn(text).length === turnsTaken + 1);
    most = Math.max(most, status().heldBytes);
  }
  client.send('3\r\nend\r\n0\r\n\r\n');
  release.resolve();

  await client.heard('"end"');
  assert.ok(most < 2 * REQUEST_BYTES + 2 * 65_536, `${most} bytes`);
});

test('a bulk answer is whole although more requests follow than a connection can send ahead', async (t) => {
  const follow = Promise.withResolvers<void>();
  let lines = 0;
  const { client, status } = await start(t, {
    async reverseShout(text) {
      lines++;
      await follow.promise;
      return known(text);
    },
  });
  const body = `${JSON.stringify({ data: 'a'.repeat(200_000) })}\n`.repeat(5);

  client.send(requestOf('POST /v1/bulk', { type: 'application/x-ndjson', body }));
  await until(t, () => lines > 0);
  const { heldBytes } = status();
  for (const packet of [80, 1500]) {
    client.send(postOf('hi').repeat(packet));
    await until(t, () => status().heldBytes >= heldBytes + Math.min(packet, 120) * REQUEST_BYTES);
  }
  follow.resolve();

  const answers = await client.closed();
  assert.equal(answers.match(/"data":"a{200000}"/g)?.length, 5);
  assert.equal(answers.match(/HTTP\/1\.1 200/g)?.length, MOST);
  assert.equal(client.socket.errored, null, 'a reset drops answers that are on their way');
});

for (const [pieces, chunks, turns] of [
  ['256 pieces', '1\r\na\r\n'.repeat(256), 1],
  ['255 pieces', '1\r\na\r\n'.repeat(255), 0],
  ['few pieces', '100\r\n'.concat('a'.repeat(256), '\r\n'), 0],
] as const) {
  test(`a body in ${pieces} ${turns === 0 ? 'has no need to let' : 'lets'} others be read first`, async (t) => {
    const asked: number[] = [];
    const { client } = await start(t, { nextTurn: async (bytes) => void asked.push(bytes) });

    client.send(requestOf('POST /v1', { type: 'text/plain', more: 'transfer-encoding: chunked' }));
    client.send(`${chunks}0\r\n\r\n`);

    await client.heard('AAA');
    assert.deepEqual(asked, Array(turns).fill(65_536));
  });
}

for (const [what, options] of [
  ['wait for earlier ones', {}],
  ['wait for their quota', { rateLimitPerMinute: 100 }],
] as const) {
  test(`the bodies of requests that ${what} are read when it is their turn`, async (t) => {
    const texts = numbered(20);
    const { client } = await start(t, { reverseShout: async (text) => turn(known(text)), options });

    client.send(texts.map(postOf).join(''));

    await client.heard('text 19');
    assert.deepEqual(client.text().match(/text \d+/g), texts);
  });
}

function numbersIn(answers: string): number[] {
  return Array.from(answers.matchAll(/"data":"(\d+)"/g), ([, text]) => Number(text));
}

/** A listening server on the real clock, and a client of it. */
async function start(t: TestContext, parts: ApiUnderTest) {
  const world = worldOn(systemClock);
  const server = await listeningServer(t, { world, ...parts });
  return { ...server, world, client: await rawClient(t, server.port) };
}
