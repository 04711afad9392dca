import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listeningApi } from '../support/api.ts';
import { wholeAnswers } from '../support/raw-answer.ts';
import { rawClient, requestOf } from '../support/raw-client.ts';

const LAST = requestOf('GET /v2', { more: 'connection: close' });

// A 304 has no body, so a client reads the bytes after its head as the next answer.
for (const [what, path] of Object.entries({
  'a string': '/v1?data=hello',
  'the reference': '/docs',
  'the OpenAPI document': '/openapi.json',
  'an asset of the reference': '/docs/swagger-ui.css',
})) {
  for (const method of ['GET', 'HEAD']) {
    test(`${method} of ${what} that the client has is a 304 without a length or a body`, async (t) => {
      const client = await rawClient(t, await listeningApi(t));

      client.send(`${requestOf(`${method} ${path}`, { more: 'if-none-match: *' })}${LAST}`);
      const [head, next] = wholeAnswers(await client.closed());

      assert.deepEqual([head?.status, next?.status], [304, 404]);
      assert.doesNotMatch([...(head?.headers.keys() ?? [])].join(), /content-length|transfer-encoding/);
    });
  }
}

for (const [what, before, line, hasBody] of [
  ['HEAD', '', 'HEAD /v1?data=a b', false],
  ['GET', '', 'GET /v1?data=a b', true],
  ['GET behind a good HEAD in the same packet', requestOf('HEAD /v2'), 'GET /v1?data=a b', true],
] as const) {
  test(`the answer to a ${what} that is not HTTP has ${hasBody ? 'a' : 'no'} body`, async (t) => {
    const client = await rawClient(t, await listeningApi(t));

    client.send(`${before}${requestOf(line)}`);
    const text = await client.closed();

    const [head = '', body] = text.slice(text.lastIndexOf('HTTP/1.1 400 ')).split('\r\n\r\n');
    assert.match(head, /^HTTP\/1\.1 400 [\s\S]*\r\ncontent-length: [1-9]/i);
    assert.equal(body !== '', hasBody);
  });
}
