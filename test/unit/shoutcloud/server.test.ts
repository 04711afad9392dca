import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startShoutcloud } from '../../../src/shoutcloud/server.ts';
import { bodyOf, headOf, isWhole, post, talk } from './raw-client.ts';
import { running, shout, statusOf } from './running.ts';

test('a shout is answered byte for byte as SHOUTCLOUD does', async (t) => {
  const server = await running(t);

  const { text } = await talk(server.port, post('{"INPUT":"hello"}'), isWhole);

  assert.deepEqual(headOf(text), ['HTTP/1.1 200 OK', 'Content-Type: APPLICATION/JSON', 'Content-Length: 34']);
  assert.equal(bodyOf(text), '{"INPUT":"hello","OUTPUT":"HELLO"}');
});

test('the media type in capitals is as good', async (t) => {
  const server = await running(t);

  const { text } = await talk(server.port, post('{"INPUT":"a"}', 'APPLICATION/JSON'), isWhole);

  assert.equal(bodyOf(text), '{"INPUT":"a","OUTPUT":"A"}');
});

const badRequests = {
  'a charset parameter': post('{"INPUT":"a"}', 'application/json; charset=utf-8'),
  'a media type in mixed case': post('{"INPUT":"a"}', 'Application/JSON'),
  'another media type': post('INPUT=a', 'application/x-www-form-urlencoded'),
  'no media type': 'POST /V1/SHOUT HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n{"INPUT":"a"}',
  'malformed JSON': post('{"INPUT":"a"'),
  'an empty body': post(''),
};
for (const [what, request] of Object.entries(badRequests)) {
  test(`${what} is a bad request`, async (t) => {
    const server = await running(t);

    const { text } = await talk(server.port, request, isWhole);

    const expected = ['HTTP/1.1 400 Bad Request', 'Content-Type: text/plain', 'Content-Length: 12'];
    assert.deepEqual(headOf(text), expected);
    assert.equal(bodyOf(text), 'BAD REQUEST\n');
  });
}

for (const path of ['/', '/v1/shout', '/V1/SHOUT/', '/V1/SHOUT%20']) {
  test(`the path ${path} is not found`, async (t) => {
    const server = await running(t);

    const { text } = await talk(server.port, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, isWhole);

    const expected = ['HTTP/1.1 404 Not Found', 'Content-Type: text/plain', 'Content-Length: 19'];
    assert.deepEqual(headOf(text), expected);
    assert.equal(bodyOf(text), '404 page not found\n');
  });
}

test('another method is not allowed and names the one that is', async (t) => {
  const server = await running(t);

  const { text } = await talk(server.port, 'GET /V1/SHOUT HTTP/1.1\r\nHost: x\r\n\r\n', isWhole);

  assert.deepEqual(headOf(text), ['HTTP/1.1 405 Method Not Allowed', 'Allow: POST', 'Content-Length: 0']);
  assert.equal(bodyOf(text), '');
});

test('a query is ignored', async (t) => {
  const server = await running(t);

  const { text } = await talk(server.port, post('{"INPUT":"a"}').replace('SHOUT ', 'SHOUT?x=1 '), isWhole);

  assert.equal(bodyOf(text), '{"INPUT":"a","OUTPUT":"A"}');
});

test('a body over 16 MiB is refused before its end', async (t) => {
  const server = await running(t);
  const chunk = `1000000\r\n${' '.repeat(0x1000000)}\r\n`;
  const head = post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked');

  const { text } = await talk(server.port, `${head}${chunk}1\r\n `, isWhole);

  assert.equal(bodyOf(text), 'BAD REQUEST\n');
});

test('it counts what it was asked and keeps the last inputs', async (t) => {
  const server = await running(t, { keptInputs: 2 });

  for (const input of ['a', 'b', 'c']) await statusOf(server, input);
  await fetch(server.url);

  assert.equal(server.calls, 4);
  assert.deepEqual(server.inputs, ['b', 'c']);
});

test('it knows how much was asked at once', async (t) => {
  const reached = Promise.withResolvers<void>();
  const server = await running(t, {
    faults: 'hang',
    onShout: ({ index }) => index === 2 && reached.resolve(),
  });

  const answers = ['a', 'b', 'c'].map((input) => shout(server, input));
  const settled = Promise.allSettled(answers);
  await reached.promise;

  assert.equal(server.activeRequests, 3);
  await server.close();
  await settled;
  assert.equal(server.activeRequests, 0);
  assert.equal(server.maxConcurrentRequests, 3);
  assert.equal(server.maxConcurrentConnections, 3);
});

test('a port that is taken rejects the start', async (t) => {
  const server = await running(t);

  await assert.rejects(startShoutcloud({ port: server.port }), { code: 'EADDRINUSE' });
});

test('the url reaches a server that listens on all addresses', async (t) => {
  const server = await running(t, { host: '0.0.0.0' });

  assert.equal(await statusOf(server), 200);
});
