import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { TuohsError } from '../../src/core/errors.ts';
import { reverser } from '../../src/core/reverse.ts';
import { reverseShout } from '../../src/core/reverse-shout.ts';
import { type ApiUnderTest, listeningApi } from '../support/api.ts';
import { fakeShouter } from '../support/fake-shouter.ts';
import { rawClient } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { worldOn } from '../support/world.ts';

const NDJSON = 'application/x-ndjson';
const BAD_LINE = {
  error: 'Data was not able to be parsed from request. Please try again.',
  code: 'BAD_INPUT',
};

test('each line gets its line, in order, whatever is on it', async (t) => {
  const { post } = await startBulk(t);

  const { status, type, lines } = await post(
    '{"data":"hello"}\nnot JSON\n{"data":5}\n[]\n{"other":"x"}\n{"data":"wörld"}\n',
  );

  assert.equal(status, 200);
  assert.equal(type, NDJSON);
  assert.deepEqual(lines, [{ data: 'OLLEH' }, BAD_LINE, BAD_LINE, BAD_LINE, BAD_LINE, { data: 'DLRÖW' }]);
});

test('empty lines are skipped, and the last one needs no line feed', async (t) => {
  const { post } = await startBulk(t);

  const { lines } = await post('\n{"data":"a"}\r\n\r\n\n{"data":""}\n\n{"data":"b"}');

  assert.deepEqual(lines, [{ data: 'A' }, { data: '' }, { data: 'B' }]);
});

test('a line over the limit gets an error line, and the rest go on', async (t) => {
  const { post } = await startBulk(t);
  const long = JSON.stringify({ data: 'x'.repeat(2 ** 20) });

  const { lines } = await post(`{"data":"a"}\n${long}\n{"data":"b"}`);

  assert.deepEqual(lines, [
    { data: 'A' },
    { error: 'The request body is too large.', code: 'TOO_LARGE' },
    { data: 'B' },
  ]);
});

test('a line that is not UTF-8 is bad input', async (t) => {
  const { post } = await startBulk(t);

  const { lines } = await post(Buffer.from('{"data":"\xff"}\n{"data":"a"}', 'latin1'));

  assert.deepEqual(lines, [BAD_LINE, { data: 'A' }]);
});

test('an upstream that fails is told line by line', async (t) => {
  const { post, upstream } = await startBulk(t);
  upstream.failWith(new TuohsError('UPSTREAM_TIMEOUT', 'as told'));

  const { lines } = await post('{"data":"a"}\nnope\n{"data":"b"}');

  const failure = { error: 'Failed to contact shoutcloud api', code: 'UPSTREAM_TIMEOUT' };
  assert.deepEqual(lines, [failure, BAD_LINE, failure]);
});

test('another content type is refused as everywhere', async (t) => {
  const { post } = await startBulk(t);

  const { status, lines } = await post('{"data":"a"}', 'application/json');

  assert.equal(status, 400);
  assert.equal(lines[0].code, 'BAD_INPUT');
});

test('no lines are answered by none', async (t) => {
  const { post } = await startBulk(t);

  assert.deepEqual(await post(''), { status: 200, type: NDJSON, lines: [] });
});

test('thousands of lines stay in order and take no more than the window', async (t) => {
  const { post, most } = await startBulk(t, { options: { maxBulkLines: 50 } });
  const texts = Array.from({ length: 5000 }, (_, i) => `line ${i}`);

  const { lines } = await post(texts.map((data) => JSON.stringify({ data })).join('\n'));

  const expected = texts.map((text) => ({ data: [...text].reverse().join('').toUpperCase() }));
  assert.deepEqual(lines, expected);
  assert.ok(most() <= 50, `${most()} lines were under way at once`);
});

test('a line is answered before the next one is sent', async (t) => {
  const { port } = await startBulk(t);
  const client = await rawClient(t, port);
  client.send(chunkedHead());

  client.send(chunk('{"data":"first"}\n'));
  await client.heard('TSRIF');
  client.send(chunk('{"data":"second"}\n'));

  assert.match(await client.heard('DNOCES'), /TSRIF[\s\S]*DNOCES/);
});

test('a caller that hangs up is worked for no longer', async (t) => {
  const { port, upstream } = await startBulk(t);
  upstream.hold();
  const client = await rawClient(t, port);
  client.send(`${chunkedHead()}${chunk('{"data":"a"}\n{"data":"b"}\n')}`);
  await until(t, () => upstream.received.length === 2);

  client.socket.destroy();

  await until(t, () => upstream.received.every(({ signal }) => signal.aborted));
});

test('a caller that sends nothing more gets its answers and a last line that says why', async (t) => {
  const { port } = await startBulk(t, { options: { slowClientMs: 100 } });
  const client = await rawClient(t, port);

  client.send(`${chunkedHead()}${chunk('{"data":"a"}\n{"data":"unfini')}`);

  const heard = await client.closed();
  assert.match(heard, /^HTTP\/1.1 200 [\s\S]*\{"data":"A"\}\n[\s\S]*"code":"REQUEST_TIMEOUT"/);
});

test('a caller that sends nothing at all gets a 408', async (t) => {
  const { port } = await startBulk(t, { options: { slowClientMs: 100 } });
  const client = await rawClient(t, port);

  client.send(chunkedHead());

  assert.match(await client.closed(), /^HTTP\/1.1 408 [\s\S]*"code":"REQUEST_TIMEOUT"/);
});

test('a shutdown answers what was read and ends with a line that says so', async (t) => {
  const draining = new AbortController();
  const { port, upstream } = await startBulk(t, { draining: draining.signal });
  upstream.hold();
  const client = await rawClient(t, port);
  client.send(`${chunkedHead()}${chunk('{"data":"a"}\n')}`);
  await until(t, () => upstream.received.length === 1);

  draining.abort();
  upstream.answerHeld();

  assert.match(await client.closed(), /\{"data":"A"\}\n\{"error":"[^"]*","code":"OVERLOADED"\}\n/);
});

test('a line without end is given up', async (t) => {
  const { port } = await startBulk(t, { options: { maxBodyBytes: 100 } });
  const client = await rawClient(t, port);

  client.send(`${chunkedHead()}${chunk('{"data":"a"}\n')}${chunk('x'.repeat(10_000))}`);

  assert.match(await client.closed(), /\{"data":"A"\}\n\{"error":"[^"]*","code":"TOO_LARGE"\}\n/);
});

/** A service around a fake upstream, on the real clock, and what it takes to post to it. */
async function startBulk(test: TestContext, parts: ApiUnderTest = {}) {
  const upstream = fakeShouter();
  const shout = reverseShout(upstream, reverser('grapheme'));
  let underWay = 0;
  let most = 0;
  const port = await listeningApi(test, {
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

  return {
    port,
    upstream,
    most: () => most,
    async post(body: string | Buffer, type = NDJSON) {
      const headers = { 'content-type': type };
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
