import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listeningApi } from '../support/api.ts';
import { rawClient } from '../support/raw-client.ts';

// What follows a HEAD on its connection must be the next answer: an announced body that comes would be read as one.
const TARGETS = {
  'a string': '/v1?data=hello',
  'the reference': '/docs',
  'the OpenAPI document': '/openapi.json',
  'an asset of the reference': '/docs/swagger-ui.css',
};

for (const [what, path] of Object.entries(TARGETS)) {
  for (const method of ['GET', 'HEAD']) {
    test(`${method} of ${what} that the client has is a 304 without a length or a body`, async (t) => {
      const client = await rawClient(t, await listeningApi(t));

      client.send(`${method} ${path} HTTP/1.1\r\nhost: x\r\nif-none-match: *\r\n\r\n${LAST}`);
      const [head = '', next = ''] = (await client.closed()).split('\r\n\r\n');

      assert.match(head, /^HTTP\/1\.1 304 /);
      assert.doesNotMatch(head, /content-length|transfer-encoding/i);
      assert.match(next, /^HTTP\/1\.1 404 /);
    });
  }

  test(`HEAD of ${what} has the length of GET and no body`, async (t) => {
    const port = await listeningApi(t);
    const [get, head] = [await rawClient(t, port), await rawClient(t, port)];

    get.send(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    head.send(`HEAD ${path} HTTP/1.1\r\nhost: x\r\n\r\n${LAST}`);
    const [whole, both] = [await get.closed(), await head.closed()];

    const length = /content-length: (\d+)/i.exec(both)?.[1];
    assert.equal(length, /content-length: (\d+)/i.exec(whole)?.[1]);
    assert.ok(Number(length) > 0);
    assert.match(both.split('\r\n\r\n')[1] ?? '', /^HTTP\/1\.1 404 /);
  });
}

const LAST = 'GET /v2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
