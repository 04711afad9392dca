import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heard, post, running, shout, statusOf } from './running.ts';

const GOOD = ['HTTP/1.1 200 OK', 'Content-Type: APPLICATION/JSON', 'Content-Length: 34'];
const REFUSED = ['HTTP/1.1 400 Bad Request', 'Content-Type: text/plain', 'Content-Length: 12'];
const BAD = [REFUSED, 'BAD REQUEST\n'] as const;
const NOT_ALLOWED = ['HTTP/1.1 405 Method Not Allowed', 'Allow: POST', 'Content-Length: 0'];
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

const HELLO = '{"INPUT":"hello","OUTPUT":"HELLO"}';
const REQUESTS: readonly [what: string, sent: string, head: readonly string[], body: string][] = [
  ['a shout', post('{"INPUT":"hello"}'), GOOD, HELLO],
  ['the media type in capitals', post('{"INPUT":"hello"}', 'APPLICATION/JSON'), GOOD, HELLO],
  ['a query', post('{"INPUT":"hello"}').replace('SHOUT ', 'SHOUT?x=1 '), GOOD, HELLO],
  ['a charset parameter', post('{"INPUT":"a"}', 'application/json; charset=utf-8'), ...BAD],
  ['a media type in mixed case', post('{"INPUT":"a"}', 'Application/JSON'), ...BAD],
  ['another media type', post('INPUT=a', 'application/x-www-form-urlencoded'), ...BAD],
  ['no media type', 'POST /V1/SHOUT HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n{"INPUT":"a"}', ...BAD],
  ...['/', '/v1/shout', '/V1/SHOUT/', '/V1/SHOUT%20'].map((path): (typeof REQUESTS)[number] => [
    `the path ${path}`,
    get(path),
    ['HTTP/1.1 404 Not Found', 'Content-Type: text/plain', 'Content-Length: 19'],
    '404 page not found\n',
  ]),
  ['another method', get('/V1/SHOUT'), NOT_ALLOWED, ''],
];
for (const [what, sent, head, body] of REQUESTS) {
  test(`${what} is answered byte for byte as SHOUTCLOUD does`, async (t) => {
    const answer = await heard(t, {}, { sent });

    assert.deepEqual([answer.head, answer.body], [head, body]);
  });
}

test('a body over 16 MiB is refused before its end', async (t) => {
  const chunk = `1000000\r\n${' '.repeat(0x1000000)}\r\n`;
  const head = post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked');

  const { body } = await heard(t, {}, { sent: `${head}${chunk}1\r\n ` });

  assert.equal(body, 'BAD REQUEST\n');
});

test('the server counts requests, and how many of them are active', async (t) => {
  const reached = Promise.withResolvers<void>();
  const onShout = ({ index }: { index: number }) => index === 2 && reached.resolve();
  const server = await running(t, { faults: 'hang', onShout });

  const settled = Promise.allSettled(['a', 'b', 'c'].map((input) => shout(server, input)));
  await reached.promise;

  assert.deepEqual([server.calls, server.activeRequests], [3, 3]);
  await server.close();
  await settled;
  assert.equal(server.activeRequests, 0);
});

test('the url reaches a server that listens on all addresses', async (t) => {
  const server = await running(t, { host: '0.0.0.0' });

  assert.equal(await statusOf(server), 200);
});
