import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { until } from '../../support/until.ts';
import { instantClock } from './clocks.ts';
import { bodyOf, headOf, isWhole, post, talk } from './raw-client.ts';
import { running, shout } from './running.ts';

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
    await talk(server.port, post('{"INPUT":"before"}'), isWhole);

    const { text } = await talk(server.port, post('{"INPUT":"hello"}'), isWhole);

    const expected = ['HTTP/1.1 200 OK', 'Content-Type: APPLICATION/JSON', `Content-Length: ${body.length}`];
    assert.deepEqual(headOf(text), expected);
    assert.equal(bodyOf(text), body);
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
  const server = await running(t, { faults: 'html' });

  const response = await shout(server, 'hello');

  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/html');
  assert.match(await response.text(), /^<!doctype html>/);
});

test('status answers with this status in plain text', async (t) => {
  const server = await running(t, { faults: 'status=503' });

  const { text } = await talk(server.port, post('{"INPUT":"a"}'), isWhole);

  const expected = ['HTTP/1.1 503 Service Unavailable', 'Content-Type: text/plain', 'Content-Length: 20'];
  assert.deepEqual(headOf(text), expected);
  assert.equal(bodyOf(text), 'Service Unavailable\n');
});

test('status 204 has no body and leaves the connection usable', async (t) => {
  const server = await running(t, { script: 'status=204' });
  const twice = post('{"INPUT":"a"}').repeat(2);

  const { text } = await talk(server.port, twice, (heard) => heard.endsWith('}'));

  assert.match(text, /^HTTP\/1\.1 204 No Content\r\n(?!.*Content-Length)[\s\S]*?\r\n\r\nHTTP\/1\.1 200 OK/);
});

test('retry-after is sent as written, rubbish too', async (t) => {
  const server = await running(t, {
    script: 'status=429,retry-after=2 status=503,retry-after=-1 status=503,retry-after=soon status=503',
  });
  const heard: (string | null)[] = [];

  for (let count = 0; count < 4; count++) heard.push((await shout(server, 'a')).headers.get('retry-after'));

  assert.deepEqual(heard, ['2', '-1', 'soon', null]);
});

test('retry-after can be a date so many seconds ahead', async (t) => {
  const server = await running(t, { faults: 'status=503,retry-after=date+90', clock: instantClock() });

  const response = await shout(server, 'a');

  assert.equal(response.headers.get('retry-after'), 'Tue, 01 Jan 2030 00:01:30 GMT');
});

test('redirect sends the caller elsewhere, or back', async (t) => {
  const server = await running(t, { script: 'redirect=301 redirect=308,to=http://other.test/' });

  const back = await shout(server, 'a');
  const elsewhere = await shout(server, 'a');

  assert.deepEqual([back.status, back.headers.get('location')], [301, '/V1/SHOUT']);
  assert.deepEqual([elsewhere.status, elsewhere.headers.get('location')], [308, 'http://other.test/']);
});

test('gzip compresses a good answer', async (t) => {
  const server = await running(t, { faults: 'gzip' });

  const { text } = await talk(server.port, post('{"INPUT":"a"}'), isWhole);

  assert.ok(headOf(text).includes('Content-Encoding: gzip'));
  const plain = gunzipSync(Buffer.from(bodyOf(text), 'latin1')).toString();
  assert.equal(plain, '{"INPUT":"a","OUTPUT":"A"}');
});

test('huge puts a good answer behind white space', async (t) => {
  const server = await running(t, { faults: 'huge=2' });

  const text = await (await shout(server, 'a')).text();

  assert.equal(text.length, 2 * 1024 * 1024 + 26);
  assert.deepEqual(JSON.parse(text), { INPUT: 'a', OUTPUT: 'A' });
});

test('endless sends more than any caller wants, and stops when the caller leaves', async (t) => {
  const server = await running(t, { faults: 'endless' });

  const { text } = await talk(server.port, post('{"INPUT":"a"}'), (heard) => heard.length > 1_000_000);
  await until(t, () => server.activeRequests === 0);

  assert.match(text, /\{"OUTPUT":"\r\n10000\r\nAAAA/);
});
