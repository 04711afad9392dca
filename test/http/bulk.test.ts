import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { TuohsError } from '../../src/core/errors.ts';
import { reverser, reverseShout } from '../../src/core/reverse.ts';
import { type ApiUnderTest, testApi } from '../support/api.ts';
import { fakeShouter } from '../support/fake-shouter.ts';
import { rawClient } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { worldOn } from '../support/world.ts';

const NDJSON = 'application/x-ndjson';
const bad = (detail: string) => ({
  error: 'Data was not able to be parsed from request. Please try again.',
  code: 'BAD_INPUT',
  detail,
});
const SEND = 'send {"data": "<text>"}.';

const long = JSON.stringify({ data: 'x'.repeat(2 ** 19) });
const TOO_LONG = {
  error: 'The request body is too large.',
  code: 'TOO_LARGE',
  detail: 'A line may have 262144 bytes at most.',
};
const CASES: readonly [what: string, body: string, lines: readonly object[]][] = [
  [
    'each line gets its line, in order, whatever is on it',
    '{"data":"hello"}\nnot JSON\n{"data":5}\n[]\n{"other":"x"}\n{"data":"w\xf6rld"}\n{"data":"a"}\n',
    [
      { data: 'OLLEH' },
      bad(`The body is not valid JSON; ${SEND}`),
      bad('"data" is a number; send a string.'),
      bad(`The JSON is an array; ${SEND}`),
      bad(`The object has no key "data"; ${SEND}`),
      bad('The body is not valid UTF-8; send UTF-8, not compressed.'),
      { data: 'A' },
    ],
  ],
  [
    'empty lines are skipped, and the last one needs no line feed',
    '\n{"data":"a"}\r\n\r\n\n{"data":""}\n\n{"data":"b"}',
    [{ data: 'A' }, { data: '' }, { data: 'B' }],
  ],
  ['no lines are answered by none', '', []],
  [
    'a line over the limit of a body gets an error line, and the rest go on',
    `{"data":"a"}\n${long}\n{"data":"b"}`,
    [{ data: 'A' }, TOO_LONG, { data: 'B' }],
  ],
];
for (const [what, body, lines] of CASES) {
  test(what, async (t) => {
    const { post } = await startBulk(t);

    const answer = await post(Buffer.from(body, 'latin1'));

    assert.deepEqual(answer, { status: 200, type: NDJSON, lines });
  });
}

test('a body over the limit of a bulk is refused as a whole', async (t) => {
  const { post, most } = await startBulk(t, { options: { maxBulkBytes: 20 } });

  const { status, lines } = await post('{"data":"a"}\n{"data":"b"}');

  const [{ code, detail }] = lines;
  assert.deepEqual([status, code, detail], [413, 'TOO_LARGE', 'A body may have 20 bytes at most.']);
  assert.equal(most(), 0);
});

test('an upstream that fails is told line by line', async (t) => {
  const { post, upstream } = await startBulk(t);
  upstream.failWith(new TuohsError('UPSTREAM_TIMEOUT', 'as told'));

  const { lines } = await post('{"data":"a"}\nnope\n{"data":"b"}');

  const failure = { error: 'Failed to contact shoutcloud api', code: 'UPSTREAM_TIMEOUT' };
  assert.deepEqual(lines, [failure, bad(`The body is not valid JSON; ${SEND}`), failure]);
});

test('thousands of lines stay in order and take no more than the window', async (t) => {
  const { post, most } = await startBulk(t, { options: { maxBulkLines: 50 } });
  const texts = Array.from({ length: 5000 }, (_, i) => `line ${i}`);

  const { lines } = await post(texts.map((data) => JSON.stringify({ data })).join('\n'));

  const expected = texts.map((text) => ({ data: [...text].reverse().join('').toUpperCase() }));
  assert.deepEqual(lines, expected);
  assert.ok(most() <= 50, `${most()} lines were under way at once`);
});

test('nothing is answered before the whole request has arrived', async (t) => {
  const { port, upstream } = await startBulk(t);
  const client = await rawClient(t, port);

  client.send(`${chunkedHead()}${chunk('{"data":"first"}\n')}`);
  const other = await rawClient(t, port);
  other.send('GET /v1?data=other HTTP/1.1\r\nhost: test\r\n\r\n');
  await other.heard('REHTO');

  assert.deepEqual([upstream.calls, client.text()], [['rehto'], '']);
  client.send(`${chunk('{"data":"second"}')}0\r\n\r\n`);
  assert.match(await client.heard('DNOCES'), /TSRIF[\s\S]*DNOCES/);
});

test('a line is answered as soon as its answer is known', async (t) => {
  const first = Promise.withResolvers<void>();
  const { port } = await startBulk(t, {
    reverseShout: async (data) => {
      if (data !== 'a') await first.promise;
      return { text: data.toUpperCase(), source: 'upstream', stored: true, collapsed: false };
    },
  });
  const client = await rawClient(t, port);

  client.send(`${chunkedHead()}${chunk('{"data":"a"}\n{"data":"b"}\n')}0\r\n\r\n`);

  assert.doesNotMatch(await client.heard('{"data":"A"}\n'), /"B"/);
  first.resolve();
  await client.heard('{"data":"B"}\n');
});

test('lines are counted by how they ended, and an internal error is reported with the id of the request', async (t) => {
  const world = worldOn(systemClock);
  const bug = new TypeError('hidden');
  const { port } = await startBulk(t, {
    world,
    reverseShout: (data) => {
      if (data === 'bug') throw bug;
      return { text: 'A', source: data === 'mine' ? 'local' : 'memory', stored: true, collapsed: false };
    },
  });
  const headers = { 'content-type': NDJSON, 'x-request-id': 'my-id' };
  const body = '{"data":"a"}\n{"data":"bug"}\n{"data":"b"}\n{"data":"mine"}\n{}\n';

  const answer = await fetch(`http://127.0.0.1:${port}/v1/bulk`, { method: 'POST', headers, body });

  assert.match(await answer.text(), /^\{"data":"A","source":"local"\}$/m);
  await until(t, () => world.told('answered').length > 0);
  const counted = world.told('bulk-lines').map(({ outcome, lines }) => [outcome, lines]);
  assert.deepEqual(Object.fromEntries(counted), { success: 2, INTERNAL: 1, local: 1, BAD_INPUT: 1 });
  assert.deepEqual(world.told('failed'), [
    { type: 'failed', requestId: 'my-id', code: 'INTERNAL', error: bug },
  ]);
});

test('a caller that resets its connection is worked for no longer', async (t) => {
  const { port, upstream } = await startBulk(t);
  upstream.hold();
  const client = await rawClient(t, port);
  client.send(`${chunkedHead()}${chunk('{"data":"a"}\n{"data":"b"}\n')}0\r\n\r\n`);
  await until(t, () => upstream.received.length === 2);

  client.socket.resetAndDestroy();

  await until(t, () => upstream.received.every(({ signal }) => signal.aborted));
});

test('when the drain ends, the lines under way are answered and the rest are OVERLOADED', async (t) => {
  const { api, port, upstream } = await startBulk(t, { options: { maxBulkLines: 8 } });
  upstream.hold();
  const client = await rawClient(t, port);
  const lines = Array.from({ length: 20 }, (_, i) => `{"data":"${i}"}\n`).join('');
  client.send(`${chunkedHead()}${chunk(lines)}0\r\n\r\n`);
  await until(t, () => upstream.received.length === 8);

  const closed = api.close();
  upstream.answerHeld();

  const text = await client.closed();
  assert.equal(text.match(/\{"data":/g)?.length, 8);
  assert.equal(text.match(/"code":"OVERLOADED"/g)?.length, 12);
  await closed;
});

/** A service around a fake upstream, on the real clock, and what it takes to post to it. */
async function startBulk(test: TestContext, parts: ApiUnderTest = {}) {
  const upstream = fakeShouter();
  const shout = reverseShout(upstream, reverser('grapheme'));
  let underWay = 0;
  let most = 0;
  const api = testApi(test, {
    world: worldOn(systemClock),
    reverseShout: async (data, call) => {
      underWay++;
      most = Math.max(most, underWay);
      try {
        return await shout(data, call);
      } finally {
        underWay--;
      }
    },
    ...parts,
  });
  const port = await api.listen({ host: '127.0.0.1', port: 0 });

  return {
    api,
    port,
    upstream,
    most: () => most,
    async post(body: string | Buffer) {
      const headers = { 'content-type': NDJSON };
      const response = await fetch(`http://127.0.0.1:${port}/v1/bulk`, { method: 'POST', headers, body });
      const lines = (await response.text()).split('\n').filter((line) => line !== '');
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        lines: lines.map((line) => JSON.parse(line)),
      };
    },
  };
}

function chunkedHead(): string {
  return `POST /v1/bulk HTTP/1.1\r\nhost: test\r\ncontent-type: ${NDJSON}\r\ntransfer-encoding: chunked\r\n\r\n`;
}

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}
