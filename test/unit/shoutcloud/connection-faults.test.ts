import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf } from './raw-client.ts';
import { heard, instantClock, running, statusOf } from './running.ts';

const GOOD_HEAD = ['HTTP/1.1 200 OK', 'Content-Type: APPLICATION/JSON', 'Content-Length: 34'];
const GOOD_BODY = '{"INPUT":"hello","OUTPUT":"HELLO"}';
const HALF_BODY = GOOD_BODY.slice(0, 17);

const never = { isEnough: () => false };

for (const [faults, what, text, end] of [
  ['reset', 'ends the connection before any byte', '', 'reset'],
  ['reset=in-headers', 'leaves the head unfinished', 'HTTP/1.1 200 OK\r\nContent-Ty', 'reset'],
  ['close', 'ends the connection in order and without an answer', '', 'closed'],
  ['garbage', 'is not HTTP', 'HELLO, THIS IS NOT HTTP.\r\n\r\n', 'closed'],
] as const) {
  test(`${faults} ${what}`, async (t) => {
    const answer = await heard(t, { faults }, never);

    assert.deepEqual([answer.text, answer.end], [text, end]);
  });
}

for (const [faults, what, body, end, waits] of [
  ['reset=after-headers', 'sends a head and no body', '', 'reset', []],
  ['reset=in-body', 'sends half the body', HALF_BODY, 'reset', []],
  ['truncate', 'ends the connection in the middle of the body', HALF_BODY, 'closed', []],
  ['close-after', 'answers well, promises to stay and leaves', GOOD_BODY, 'closed', []],
  ['close-after=7', 'leaves so much later', GOOD_BODY, 'closed', [7]],
] as const) {
  test(`${faults} ${what}`, async (t) => {
    const clock = instantClock();

    const answer = await heard(t, { faults, clock }, never);

    assert.deepEqual([answer.head, answer.body, answer.end], [GOOD_HEAD, body, end]);
    assert.deepEqual(clock.waits, waits);
    if (body === GOOD_BODY) assert.match(answer.text, /\r\nConnection: keep-alive\r\n/);
  });
}

test('stall sends half the body and keeps the connection open', async (t) => {
  const { head, body } = await heard(
    t,
    { faults: 'stall' },
    { isEnough: (text) => text.endsWith(HALF_BODY) },
  );

  assert.deepEqual([head, body], [GOOD_HEAD, HALF_BODY]);
});

test('unasked sends the answer to another text behind the good one', async (t) => {
  const { text } = await heard(t, { faults: 'unasked' }, { isEnough: (text) => text.includes('NOBODY"}') });

  const [, first = '', second = ''] = text.split('HTTP/1.1 200 OK');
  assert.equal(bodyOf(first), GOOD_BODY);
  assert.equal(bodyOf(second), '{"INPUT":"nobody","OUTPUT":"NOBODY"}');
});

for (const [faults, what, waits] of [
  ['slow=2000', 'waits before a good answer, on top of the latency', [50, 2000]],
  ['drip=200', 'waits before each byte of the body', [50, ...Array(GOOD_BODY.length).fill(200)]],
] as const) {
  test(`${faults} ${what}`, async (t) => {
    const clock = instantClock();

    const { head, body } = await heard(t, { faults, latencyMs: 50, clock });

    assert.deepEqual([head, body], [GOOD_HEAD, GOOD_BODY]);
    assert.deepEqual(clock.waits, waits);
  });
}

test('the latency changes while it runs', async (t) => {
  const clock = instantClock();
  const server = await running(t, { clock });

  await statusOf(server);
  server.setLatency(30);
  await statusOf(server);

  assert.deepEqual(clock.waits, [30]);
});
