import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { until } from '../../support/until.ts';
import { bodyOf, type Heard, heard, instantClock, isWhole, post, running, shout, talk } from './running.ts';

const GOOD = '{"INPUT":"hello","OUTPUT":"HELLO"}';
const HALF = GOOD.slice(0, 17);

interface Answer {
  readonly body: string;
  /** The announced length, if it differs from that of the body. */
  readonly announced?: number;
  readonly end?: Heard['end'];
  readonly waits?: readonly number[];
}

/** What each fault sends after the head of a good answer. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  wrong: { body: '{"INPUT":"hello","OUTPUT":"XELLO"}' },
  longer: { body: '{"INPUT":"hello","OUTPUT":"HELLO!"}' },
  shorter: { body: '{"INPUT":"hello","OUTPUT":"ELLO"}' },
  lower: { body: '{"INPUT":"hello","OUTPUT":"hello"}' },
  replacement: { body: '{"INPUT":"hello","OUTPUT":"\xEF\xBF\xBDELLO"}' },
  'wrong-input': { body: '{"INPUT":"Xello","OUTPUT":"HELLO"}' },
  'no-output': { body: '{"INPUT":"hello"}' },
  'null-output': { body: '{"INPUT":"hello","OUTPUT":null}' },
  'number-output': { body: '{"INPUT":"hello","OUTPUT":42}' },
  'double-output': { body: '{"INPUT":"hello","OUTPUT":"HELLO","OUTPUT":"HELLO!"}' },
  'no-input': { body: '{"OUTPUT":"HELLO"}' },
  reordered: { body: '{"EXTRA":[null],"OUTPUT":"HELLO","INPUT":"hello"}' },
  'cut-json': { body: HALF },
  bom: { body: `\xEF\xBB\xBF${GOOD}` },
  'invalid-utf8': { body: '{"INPUT":"hello","OUTPUT":"HELLO\xFF"}' },
  array: { body: `[${GOOD}]` },
  string: { body: '"HELLO"' },
  number: { body: '42' },
  null: { body: 'null' },
  deep: { body: '['.repeat(100_000) + ']'.repeat(100_000) },
  empty: { body: '' },
  'reset=after-headers': { body: '', announced: GOOD.length, end: 'reset' },
  'reset=in-body': { body: HALF, announced: GOOD.length, end: 'reset' },
  truncate: { body: HALF, announced: GOOD.length, end: 'closed' },
  stall: { body: HALF, announced: GOOD.length },
  'close-after': { body: GOOD, end: 'closed' },
  'close-after=7': { body: GOOD, end: 'closed', waits: [7] },
  'slow=2000': { body: GOOD, waits: [2000] },
  'drip=200': { body: GOOD, waits: Array(GOOD.length).fill(200) },
};
for (const [faults, { body, announced = body.length, end = 'open', waits = [] }] of Object.entries(ANSWERS)) {
  test(`${faults} sends a good head and a body of its own`, async (t) => {
    const clock = instantClock();
    const isEnough = (text: string) =>
      end === 'open' && text.includes('\r\n\r\n') && (isWhole(text) || bodyOf(text) === body);

    const answer = await heard(t, { faults, clock }, { isEnough });

    const head = ['HTTP/1.1 200 OK', 'Content-Type: APPLICATION/JSON', `Content-Length: ${announced}`];
    assert.deepEqual([answer.head, answer.body, answer.end, clock.waits], [head, body, end, waits]);
  });
}

/** What each of these faults sends instead of an answer. */
const FRAGMENTS: readonly [faults: string, text: string, end: Heard['end']][] = [
  ['reset', '', 'reset'],
  ['reset=in-headers', 'HTTP/1.1 200 OK\r\nContent-Ty', 'reset'],
  ['close', '', 'closed'],
  ['garbage', 'HELLO, THIS IS NOT HTTP.\r\n\r\n', 'closed'],
];
for (const [faults, text, end] of FRAGMENTS) {
  test(`${faults} sends no whole head`, async (t) => {
    const answer = await heard(t, { faults }, { isEnough: () => false });

    assert.deepEqual([answer.text, answer.end], [text, end]);
  });
}

test('close-after promises to keep the connection', async (t) => {
  const { text } = await heard(t, { faults: 'close-after' }, { isEnough: () => false });

  assert.match(text, /\r\nConnection: keep-alive\r\n/);
});

test('crossed and unasked send the answer to the previous text', async (t) => {
  const server = await running(t, { script: 'ok crossed unasked' });
  const sent = ['hello', 'lost', 'last'].map((text) => post(`{"INPUT":"${text}"}`)).join('');

  const { text } = await talk(t, server.port, { sent, isEnough: (text) => text.endsWith('"LOST"}') });

  const bodies = text.split('HTTP/1.1 200 OK').slice(1).map(bodyOf);
  const [last, lost] = ['last', 'lost'].map((text) => `{"INPUT":"${text}","OUTPUT":"${text.toUpperCase()}"}`);
  assert.deepEqual(bodies, [GOOD, GOOD, last, lost]);
});

test('the latency comes before the time of a fault', async (t) => {
  const clock = instantClock();

  await heard(t, { faults: 'slow=2000', latencyMs: 50, clock });

  assert.deepEqual(clock.waits, [50, 2000]);
});

test('wrong differs from the right answer for every text', async (t) => {
  const server = await running(t, { faults: 'wrong' });
  const outputs: string[] = [];

  for (const input of ['', 'x', 'X', '\u{1F389}a']) {
    outputs.push(JSON.parse(await (await shout(server, input)).text()).OUTPUT);
  }

  assert.deepEqual(outputs, ['X', 'Y', 'Y', 'XA']);
});

const UNAVAILABLE = 'HTTP/1.1 503 Service Unavailable';

/** Complete answers: a part of their heads, and their bodies. */
const WHOLE: readonly [faults: string, head: string[], body: RegExp][] = [
  ['status=503', [UNAVAILABLE, 'Content-Type: text/plain', 'Content-Length: 20'], /^Service Unavailable\n$/],
  ['status=503,retry-after=2', [UNAVAILABLE, 'Retry-After: 2'], /^Service/],
  ['status=503,retry-after=-1', ['Retry-After: -1'], /^Service/],
  ['status=503,retry-after=soon', ['Retry-After: soon'], /^Service/],
  ['status=503,retry-after=date+90', ['Retry-After: Tue, 01 Jan 2030 00:01:30 GMT'], /^Service/],
  ['redirect=301', ['HTTP/1.1 301 Moved Permanently', 'Location: /V1/SHOUT'], /^$/],
  ['redirect=308,to=http://x/', ['HTTP/1.1 308 Permanent Redirect', 'Location: http://x/'], /^$/],
  ['html', ['HTTP/1.1 200 OK', 'Content-Type: text/html'], /^<!doctype html>/],
];
for (const [faults, lines, expected] of WHOLE) {
  test(`${faults} sends ${lines.join(', ')}`, async (t) => {
    const { head, body } = await heard(t, { faults, clock: instantClock() });

    for (const line of lines) assert.ok(head.includes(line), head.join());
    assert.match(body, expected);
  });
}

test('status 204 has no body and leaves the connection usable', async (t) => {
  const twice = { sent: post('{"INPUT":"a"}').repeat(2), isEnough: (text: string) => text.endsWith('}') };

  const { text } = await heard(t, { script: 'status=204' }, twice);

  assert.match(text, /^HTTP\/1\.1 204 No Content\r\n(?!.*Content-Length)[\s\S]*?\r\n\r\nHTTP\/1\.1 200 OK/);
});

test('gzip compresses a good answer', async (t) => {
  const { head, body } = await heard(t, { faults: 'gzip' });

  assert.ok(head.includes('Content-Encoding: gzip'));
  assert.equal(gunzipSync(Buffer.from(body, 'latin1')).toString(), GOOD);
});

test('huge puts a good answer behind white space', async (t) => {
  const { body } = await heard(t, { faults: 'huge=2' });

  assert.equal(body.length, 2 * 1024 * 1024 + GOOD.length);
  assert.equal(body.trim(), GOOD);
});

test('endless sends more than any caller wants, and stops when the caller leaves', async (t) => {
  const server = await running(t, { faults: 'endless' });

  const isEnough = (text: string) => text.length > 1_000_000;
  const { text } = await talk(t, server.port, { sent: post('{"INPUT":"a"}'), isEnough });
  await until(t, () => server.activeRequests === 0);

  assert.match(text, /\{"OUTPUT":"\r\n10000\r\nAAAA/);
});
