import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantClock } from './clocks.ts';
import { bodyOf, headOf, isWhole, post, talk } from './raw-client.ts';
import { running, statusOf } from './running.ts';

const HELLO = post('{"INPUT":"hello"}');
const GOOD_HEAD = ['HTTP/1.1 200 OK', 'Content-Type: APPLICATION/JSON', 'Content-Length: 34'];
const GOOD_BODY = '{"INPUT":"hello","OUTPUT":"HELLO"}';
const HALF_BODY = GOOD_BODY.slice(0, 17);

for (const [faults, what, text, end] of [
  ['reset', 'ends the connection before any byte', '', 'reset'],
  ['reset=in-headers', 'leaves the head unfinished', 'HTTP/1.1 200 OK\r\nContent-Ty', 'reset'],
  ['close', 'ends the connection in order and without an answer', '', 'closed'],
  ['garbage', 'is not HTTP', 'HELLO, THIS IS NOT HTTP.\r\n\r\n', 'closed'],
] as const) {
  test(`${faults} ${what}`, async (t) => {
    const server = await running(t, { faults });

    assert.deepEqual(await talk(server.port, HELLO), { text, end });
  });
}

for (const [faults, what, body, end] of [
  ['reset=after-headers', 'sends a head and no body', '', 'reset'],
  ['reset=in-body', 'sends half the body', HALF_BODY, 'reset'],
  ['truncate', 'ends the connection in the middle of the body', HALF_BODY, 'closed'],
] as const) {
  test(`${faults} ${what}`, async (t) => {
    const server = await running(t, { faults });

    const heard = await talk(server.port, HELLO);

    assert.deepEqual([headOf(heard.text), bodyOf(heard.text), heard.end], [GOOD_HEAD, body, end]);
  });
}

test('close-after answers well, promises to stay and leaves', async (t) => {
  const server = await running(t, { faults: 'close-after' });

  const { text, end } = await talk(server.port, HELLO);

  assert.match(text, /\r\nConnection: keep-alive\r\n/);
  assert.deepEqual([bodyOf(text), end], [GOOD_BODY, 'closed']);
});

test('close-after=MS leaves so much later', async (t) => {
  const clock = instantClock();
  const server = await running(t, { faults: 'close-after=7', clock });

  const { text, end } = await talk(server.port, HELLO);

  assert.deepEqual([bodyOf(text), end, clock.waits], [GOOD_BODY, 'closed', [7]]);
});

test('stall sends half the body and keeps the connection open', async (t) => {
  const server = await running(t, { faults: 'stall' });

  const { text } = await talk(server.port, HELLO, (heard) => heard.endsWith(HALF_BODY));

  assert.deepEqual([headOf(text), bodyOf(text)], [GOOD_HEAD, HALF_BODY]);
});

test('hang says nothing as long as the server lives', async (t) => {
  const asked = Promise.withResolvers<void>();
  const server = await running(t, { faults: 'hang', onShout: () => asked.resolve() });

  const heard = talk(server.port, HELLO);
  await asked.promise;
  await server.close();

  assert.equal((await heard).text, '');
});

test('unasked sends the answer to another text behind the good one', async (t) => {
  const server = await running(t, { faults: 'unasked' });

  const { text } = await talk(server.port, HELLO, (heard) => heard.includes('NOBODY"}'));

  const [, first = '', second = ''] = text.split('HTTP/1.1 200 OK');
  assert.equal(bodyOf(first), GOOD_BODY);
  assert.equal(bodyOf(second), '{"INPUT":"nobody","OUTPUT":"NOBODY"}');
});

test('slow waits before a good answer, on top of the latency', async (t) => {
  const clock = instantClock();
  const server = await running(t, { faults: 'slow=2000', latencyMs: 50, clock });

  const { text } = await talk(server.port, HELLO, isWhole);

  assert.deepEqual([bodyOf(text), clock.waits], [GOOD_BODY, [50, 2000]]);
});

test('drip waits before each byte of the body', async (t) => {
  const clock = instantClock();
  const server = await running(t, { faults: 'drip=200', clock });

  const { text } = await talk(server.port, HELLO, isWhole);

  assert.deepEqual([headOf(text), bodyOf(text)], [GOOD_HEAD, GOOD_BODY]);
  assert.deepEqual(clock.waits, Array(GOOD_BODY.length).fill(200));
});

test('the latency changes while it runs', async (t) => {
  const clock = instantClock();
  const server = await running(t, { clock });

  await statusOf(server);
  server.setLatency(30);
  await statusOf(server);

  assert.deepEqual(clock.waits, [30]);
});
