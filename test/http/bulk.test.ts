import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../src/core/clock.ts';
import { TuohsError } from '../../src/core/errors.ts';
import type { LeaveSignal } from '../../src/core/leave-signal.ts';
import { reverser, reverseShout } from '../../src/core/reverse.ts';
import type { NextTurn } from '../../src/core/turns.ts';
import { bulkWindow } from '../../src/http/bulk-lines.ts';
import { type ApiUnderTest, listeningServer } from '../support/api.ts';
import { ask, type Question } from '../support/ask.ts';
import { answerOf, fakeShouter } from '../support/fake-shouter.ts';
import { pick } from '../support/pick.ts';
import { exchanged, rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { worldOn } from '../support/world.ts';

const NDJSON = 'application/x-ndjson';
const bad = (detail: string) => ({
  error: 'Data was not able to be parsed from request. Please try again.',
  code: 'BAD_INPUT',
  detail,
});
const SEND = 'send {"data": "<text>"}.';

const longest = 'x'.repeat(262_144 - '{"data":""}'.length);
const [fits, isTooLong] = ['', 'x'].map((more) => JSON.stringify({ data: longest + more }));
const TOO_LONG = {
  ...{ error: 'The request body is too large.', code: 'TOO_LARGE' },
  detail: 'A line can have 262144 bytes at most.',
};
const CASES: readonly [what: string, body: string, lines: readonly object[]][] = [
  [
    'each line gets a line in the answer, in order, whatever it contains',
    '{"data":"hello"}\nnot JSON\n{"data":5}\n{"data":{}}\n[]\n{"other":"x"}\n{"data":"w\xf6rld"}\n{"data":"a"}\n',
    [
      { data: 'OLLEH' },
      bad(`The line is not valid JSON; ${SEND}`),
      bad('"data" is a number; send a string.'),
      bad('"data" is an object; send a string.'),
      bad(`The JSON is an array; ${SEND}`),
      bad(`The object has no key "data"; ${SEND}`),
      bad('The line is not valid UTF-8; send UTF-8, not compressed.'),
      { data: 'A' },
    ],
  ],
  [
    'empty lines are skipped, and the last one needs no line feed',
    '\n{"data":"a"}\r\n\r\n\n{"data":""}\n\n{"data":"b"}',
    [{ data: 'A' }, { data: '' }, { data: 'B' }],
  ],
  ['a carriage return is a line end only in front of a line feed', '\r{"data":"a"}\n\r', [{ data: 'A' }]],
  [
    'a line of JSON with very many parts gets an error line',
    `{"data":"a","more":[${'[],'.repeat(5000)}0]}\n{"data":"b"}`,
    [bad(`The JSON has too many objects, arrays or keys; ${SEND}`), { data: 'B' }],
  ],
  ['a body without lines gets an answer without lines', '', []],
  [
    'a line over the limit of a body, without its line end, gets an error line, and the rest go on',
    `${fits}\r\n${isTooLong}\n{"data":"b"}`,
    [{ data: longest.toUpperCase() }, TOO_LONG, { data: 'B' }],
  ],
];
for (const [what, body, lines] of CASES) {
  test(what, async (t) => {
    const { post } = await startBulk(t);

    const answer = await post(Buffer.from(body, 'latin1'));

    assert.deepEqual(answer, { status: 200, type: NDJSON, caching: 'no-store', lines });
  });
}

test('a bulk over HTTP/1.0 says that its connection closes, even if its client wants to keep it', async (t) => {
  const { server } = await startBulk(t);
  const request = requestOf('POST /v1/bulk', {
    type: NDJSON,
    more: 'connection: keep-alive',
    body: '{"data":"a"}',
  });

  const { headers, body } = await exchanged(t, server.port, request.replace('HTTP/1.1', 'HTTP/1.0'));

  assert.deepEqual([headers.get('connection'), headers.get('keep-alive')], ['close', null]);
  assert.equal(body, '{"data":"A"}\n');
});

for (const [what, body, type, ...refusal] of [
  ['over the limit', '{"data":"a"}\n{"data":"b"}', NDJSON, 413, 'A body can have 20 bytes at most.'],
  [
    'of another content type',
    '{"data":"a"}',
    'application/json',
    ...[400, 'The content type is application/json; send application/x-ndjson.'],
  ],
] as const) {
  test(`a bulk ${what} is refused as a whole`, async (t) => {
    const { post, upstream } = await startBulk(t, { options: { maxBulkBytes: 20 } });

    const { status, lines } = await post(body, { 'content-type': type });

    assert.deepEqual([status, lines[0].detail, upstream.calls], [...refusal, []]);
  });
}

test('a failure of the upstream is reported line by line', async (t) => {
  const { post, upstream } = await startBulk(t);
  upstream.failWith(new TuohsError('UPSTREAM_TIMEOUT', 'as scripted'));

  const { lines } = await post('{"data":"a"}\nnope\n{"data":"b"}');

  const failure = { error: 'Failed to contact shoutcloud api', code: 'UPSTREAM_TIMEOUT' };
  assert.deepEqual(lines, [failure, bad(`The line is not valid JSON; ${SEND}`), failure]);
});

test('thousands of lines stay in order and within the window, and a bulk that has ended has no share of it', async (t) => {
  const texts = Array.from({ length: 5000 }, (_, i) => `line ${1000 + i}`);
  let [underWay, most] = [0, 0];
  const { post, world } = await startBulk(t, {
    // Each line has 20 bytes and counts as 20 lines, so only 50 lines are in flight.
    options: { maxBulkLines: 1000, placesOfLine: (bytes) => bytes },
    async reverseShout(text) {
      most = Math.max(most, ++underWay);
      await turn();
      underWay--;
      return answerOf(text);
    },
  });

  await post('{"data":"first"}');
  await until(t, () => world.emitted('answered').length === 1);

  const { lines } = await post(texts.map((data) => JSON.stringify({ data })).join('\n'));

  assert.deepEqual(pick(lines, 'data'), texts);
  assert.equal(most, 50);
});

test('bulk requests share the window evenly, and each has one long line at least', () => {
  const window = bulkWindow(50, (bytes) => bytes / 10);

  const lines = Array.from({ length: 7 }, () =>
    [window.enter(), window.lines(10), window.lines(100)].slice(1),
  );

  assert.deepEqual(lines, [
    [50, 5],
    [25, 3],
    [16, 2],
    [12, 2],
    [10, 1],
    [8, 1],
    [7, 1],
  ]);
});

test('however many bulk requests there are, each has eight short lines, or a fortieth of the window', () => {
  const leastOf = (maxLines: number) => {
    const window = bulkWindow(maxLines, () => 1);
    for (let bulk = 0; bulk < 1000; bulk++) window.enter();
    return window.lines(10);
  };

  assert.deepEqual([1, 40, 41, 280, 281, 1000].map(leastOf), [1, 1, 2, 7, 8, 8]);
});

const SHORT = '{"data":"hello"}\n';
for (const [what, body, turns] of [
  ['a million empty lines get one turn', '\r\n\n'.repeat(300_000), [900_000]],
  ['31 short lines get none', SHORT.repeat(31), []],
  ['32 get one, because each counts 256 bytes more', SHORT.repeat(32), [32_768]],
  ['500 get one for each 32 KiB', SHORT.repeat(500), Array(1 + 4).fill(32_768)],
  ['2000 do, too', SHORT.repeat(2000), Array(1 + 16).fill(17 * 2000)],
] as const) {
  test(`of the turns of the event loop, ${what}`, async (t) => {
    const asked: number[] = [];
    const nextTurn: NextTurn = async (bytes, isGone) => void (isGone?.() === false && asked.push(bytes));
    const { post } = await startBulk(t, { nextTurn });

    const { lines } = await post(body);

    assert.deepEqual([lines.length, asked], [body.split(SHORT).length - 1, turns]);
  });
}

test('nothing is answered before the whole request has arrived', async (t) => {
  const { server, upstream, client } = await startBulk(t);
  const request = bulkOf('first', 'second');

  client.send(request.slice(0, -5));
  const other = await rawClient(t, server.port);
  other.send(requestOf('GET /v1?data=other'));
  await other.heard('REHTO');

  assert.deepEqual([upstream.calls, client.text()], [['rehto'], '']);
  client.send(request.slice(-5));
  assert.match(await client.heard('DNOCES'), /TSRIF[\s\S]*DNOCES/);
});

test('a line is answered as soon as its answer and those before it are known', async (t) => {
  const known = new Map(['b', 'c'].map((text) => [text, Promise.withResolvers<void>()]));
  const { client } = await startBulk(t, {
    reverseShout: async (text) => {
      await known.get(text)?.promise;
      return answerOf(text);
    },
  });

  client.send(bulkOf('a', 'b', 'c'));

  assert.doesNotMatch(await client.heard('{"data":"a"}\n'), /"b"/);
  known.get('c')?.resolve();
  for (let i = 0; i < 3; i++) await turn();
  known.get('b')?.resolve();
  assert.match(await client.heard('"c"'), /"a"\}\n\r\n[\da-f]+\r\n\{"data":"b"\}\n\{"data":"c"\}\n/);
});

test('while a client does not read its answers, no more lines begin', async (t) => {
  const answer = answerOf('x'.repeat(32_768));
  let begun = 0;
  const { client } = await startBulk(t, {
    options: { maxBulkLines: 8 },
    async reverseShout() {
      begun++;
      return turn(answer);
    },
  });
  client.socket.pause();

  client.send(bulkOf(...Array<string>(1000).fill('a')));
  for (let before = -1; before !== begun || begun === 0; ) {
    before = begun;
    for (let i = 0; i < 50; i++) await turn();
  }

  assert.ok(begun > 0 && begun < 1000, `${begun}`);
  client.socket.resume();
  await until(t, () => begun === 1000);
});

test('a bulk whose client has left before it began takes no share of the window', async (t) => {
  const { client, begun, server, release } = await startBehind(t, { maxBulkLines: 32 });
  client.send(requestOf('GET /v1?data=first') + bulkOf('line') + requestOf('GET /v1?data=last'));
  await until(t, () => begun.length === 1);
  client.socket.resetAndDestroy();
  await until(t, () => server.status().connections === 0);
  release();
  await until(t, () => server.inFlight() === 0 && server.status().heldBytes === 0);

  const other = await rawClient(t, server.port);
  other.send(bulkOf(...Array<string>(100).fill('held')));

  await until(t, () => begun.length === 1 + 32);
  assert.ok(!begun.includes('line'));
});

test('lines are counted by how they ended, and an internal error is reported with the id of the request', async (t) => {
  const bug = new TypeError('hidden');
  const { post, world } = await startBulk(t, {
    reverseShout: (data) => {
      if (data === 'bug') throw bug;
      return answerOf('A', { source: data === 'mine' ? 'local' : 'memory' });
    },
  });
  const body = '{"data":"a"}\n{"data":"bug"}\n{"data":"b"}\n{"data":"mine"}\n{}\n';

  const { lines } = await post(body, { 'x-request-id': 'my-id' });

  assert.deepEqual(lines[3], { data: 'A', source: 'local' });
  await until(t, () => world.emitted('answered').length > 0);
  const counted = world.emitted('bulk-lines').map((each) => [each.outcome, each.lines]);
  assert.deepEqual(Object.fromEntries(counted), { success: 2, INTERNAL: 1, local: 1, BAD_INPUT: 1 });
  const failure = { type: 'failed', requestId: 'my-id', code: 'INTERNAL', error: bug };
  assert.deepEqual(world.emitted('failed'), [failure]);
});

test('when a caller resets its connection, its lines under way are aborted and no other line begins', async (t) => {
  const signals: LeaveSignal[] = [];
  const { client, server } = await startBulk(t, {
    options: { maxBulkLines: 8 },
    reverseShout: (_text, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    },
  });
  client.send(bulkOf(...Array.from({ length: 20 }, (_, i) => `${i}`)));
  await until(t, () => signals.length === 8);

  client.socket.resetAndDestroy();
  await until(t, () => signals.every(({ aborted }) => aborted));

  assert.equal(signals.length, 8);
  await until(t, () => server.status().heldBytes === 0);
});

test('when the drain ends, the lines under way are answered and 5000 others of all bulks are OVERLOADED', async (t) => {
  const { server, client, upstream } = await startBulk(t, { options: { maxBulkLines: 8 } });
  upstream.hold();
  const clients = [client, await rawClient(t, server.port)];
  for (const each of clients) each.send(bulkOf(...Array.from({ length: 4000 }, (_, i) => `${i}`)));
  // 8 lines of the first bulk, and 4 of the second one, which gets half of the window.
  await until(t, () => upstream.received.length === 8 + 4);

  const closed = server.close();
  upstream.answerHeld();

  const text = (await Promise.all(clients.map((each) => each.closed()))).join('');
  assert.equal(text.match(/\{"data":/g)?.length, 12);
  // One more than the limit of 5000, because the second bulk also refuses a line before it ends.
  assert.equal(text.match(/"code":"OVERLOADED"/g)?.length, 5001);
  await closed;
});

/** A service that answers `first` only after the call of `release`, and `held` never. */
async function startBehind(t: TestContext, options: ApiUnderTest['options'] = {}) {
  const begun: string[] = [];
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const started = await startBulk(t, {
    options,
    async reverseShout(text) {
      begun.push(text);
      await (text === 'first' ? promise : text === 'held' && new Promise(() => {}));
      return answerOf(text);
    },
  });
  return { ...started, begun, release };
}

/** A service around a fake upstream, on the real clock, and functions that post to it. */
async function startBulk(t: TestContext, parts: ApiUnderTest = {}) {
  const upstream = fakeShouter();
  const reverse = reverseShout(upstream, reverser('grapheme'));
  const world = worldOn(systemClock);
  const server = await listeningServer(t, { world, reverseShout: reverse, ...parts });
  return {
    ...{ server, upstream, world, client: await rawClient(t, server.port) },
    async post(body: string | Buffer, more: Question['headers'] = {}) {
      const headers = { 'content-type': NDJSON, ...more };
      const question = { method: 'POST', path: '/v1/bulk', headers, body };
      const reply = await ask(`http://127.0.0.1:${server.port}`, question);
      const lines = reply.body.split('\n').filter((line) => line !== '');
      const { 'content-type': type, 'cache-control': caching } = reply.headers;
      return { status: reply.status, type, caching, lines: lines.map((line) => JSON.parse(line)) };
    },
  };
}

function bulkOf(...texts: readonly string[]): string {
  const body = texts.map((data) => `${JSON.stringify({ data })}\n`).join('');
  return requestOf('POST /v1/bulk', { type: NDJSON, body });
}
