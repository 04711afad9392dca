import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { until } from '../../support/until.ts';
import { bodyOf, headOf, isWhole, post, talk } from './raw-client.ts';
import { heard, instantClock, running, shout } from './running.ts';

const bodies = {
  wrong: '{"INPUT":"hello","OUTPUT":"XELLO"}',
  longer: '{"INPUT":"hello","OUTPUT":"HELLO!"}',
  shorter: '{"INPUT":"hello","OUTPUT":"ELLO"}',
  lower: '{"INPUT":"hello","OUTPUT":"hello"}',
  replacement: '{"INPUT":"hello","OUTPUT":"\xEF\xBF\xBDELLO"}',
  'wrong-input': '{"INPUT":"Xello","OUTPUT":"HELLO"}',
  crossed: '{"INPUT":"before","OUTPUT":"BEFORE"}',
  'no-output': '{"INPUT":"hello"}',
  'null-output': '{"INPUT":"hello","OUTPUT":null}',
  'number-output': '{"INPUT":"hello","OUTPUT":42}',
  'double-output': '{"INPUT":"hello","OUTPUT":"HELLO","OUTPUT":"HELLO!"}',
  'no-input': '{"OUTPUT":"HELLO"}',
  reordered: '{"EXTRA":[null],"OUTPUT":"HELLO","INPUT":"hello"}',
  'cut-json': '{"INPUT":"hello",',
  bom: '\xEF\xBB\xBF{"INPUT":"hello","OUTPUT":"HELLO"}',
  'invalid-utf8': '{"INPUT":"hello","OUTPUT":"HELLO\xFF"}',
  array: '[{"INPUT":"hello","OUTPUT":"HELLO"}]',
  string: '"HELLO"',
  number: '42',
  null: 'null',
  deep: '['.repeat(100_000) + ']'.repeat(100_000),
  empty: '',
};
for (const [kind, body] of Object.entries(bodies)) {
  test(`${kind} is a whole answer with a body of its own`, async (t) => {
    const server = await running(t, { script: `ok ${kind}` });
    await talk(t, server.port, { sent: post('{"INPUT":"before"}'), isEnough: isWhole });

    const { text } = await talk(t, server.port, { sent: post('{"INPUT":"hello"}'), isEnough: isWhole });

    const expected = ['HTTP/1.1 200 OK', 'Content-Type: APPLICATION/JSON', `Content-Length: ${body.length}`];
    assert.deepEqual([headOf(text), bodyOf(text)], [expected, body]);
  });
}

test('wrong differs from the right answer for every text', async (t) => {
  const server = await running(t, { faults: 'wrong' });
  const outputs: string[] = [];

  for (const input of ['', 'x', 'X', '\u{1F389}a']) {
    outputs.push(JSON.parse(await (await shout(server, input)).text()).OUTPUT);
  }

  assert.deepEqual(outputs, ['X', 'Y', 'Y', 'XA']);
});

test('html is a page that calls itself one', async (t) => {
  const { head, body } = await heard(t, { faults: 'html' });

  assert.deepEqual(head.slice(0, 2), ['HTTP/1.1 200 OK', 'Content-Type: text/html']);
  assert.match(body, /^<!doctype html>/);
});

test('status answers with this status in plain text', async (t) => {
  const { head, body } = await heard(t, { faults: 'status=503' });

  const expected = ['HTTP/1.1 503 Service Unavailable', 'Content-Type: text/plain', 'Content-Length: 20'];
  assert.deepEqual([head, body], [expected, 'Service Unavailable\n']);
});

test('status 204 has no body and leaves the connection usable', async (t) => {
  const twice = { sent: post('{"INPUT":"a"}').repeat(2), isEnough: (text: string) => text.endsWith('}') };

  const { text } = await heard(t, { script: 'status=204' }, twice);

  assert.match(text, /^HTTP\/1\.1 204 No Content\r\n(?!.*Content-Length)[\s\S]*?\r\n\r\nHTTP\/1\.1 200 OK/);
});

for (const [value, header] of [
  ['2', '2'],
  ['-1', '-1'],
  ['soon', 'soon'],
  ['date+90', 'Tue, 01 Jan 2030 00:01:30 GMT'],
] as const) {
  test(`retry-after=${value} is sent as ${header}`, async (t) => {
    const { head } = await heard(t, { faults: `status=503,retry-after=${value}`, clock: instantClock() });

    assert.ok(head.includes(`Retry-After: ${header}`), head.join());
  });
}

test('redirect sends the caller elsewhere, or back', async (t) => {
  const server = await running(t, { script: 'redirect=301 redirect=308,to=http://other.test/' });

  const back = await shout(server, 'a');
  const elsewhere = await shout(server, 'a');

  assert.deepEqual([back.status, back.headers.get('location')], [301, '/V1/SHOUT']);
  assert.deepEqual([elsewhere.status, elsewhere.headers.get('location')], [308, 'http://other.test/']);
});

test('gzip compresses a good answer', async (t) => {
  const { head, body } = await heard(t, { faults: 'gzip' });

  assert.ok(head.includes('Content-Encoding: gzip'));
  const plain = gunzipSync(Buffer.from(body, 'latin1')).toString();
  assert.equal(plain, '{"INPUT":"hello","OUTPUT":"HELLO"}');
});

test('huge puts a good answer behind white space', async (t) => {
  const { body } = await heard(t, { faults: 'huge=2' });

  assert.equal(body.length, 2 * 1024 * 1024 + 34);
  assert.deepEqual(JSON.parse(body), { INPUT: 'hello', OUTPUT: 'HELLO' });
});

test('endless sends more than any caller wants, and stops when the caller leaves', async (t) => {
  const server = await running(t, { faults: 'endless' });

  const { text } = await talk(t, server.port, {
    sent: post('{"INPUT":"a"}'),
    isEnough: (text) => text.length > 1_000_000,
  });
  await until(t, () => server.activeRequests === 0);

  assert.match(text, /\{"OUTPUT":"\r\n10000\r\nAAAA/);
});
