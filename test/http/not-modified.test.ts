import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listeningApi } from '../support/api.ts';
import { wholeAnswers } from '../support/raw-answer.ts';
import { rawClient, requestOf } from '../support/raw-client.ts';

const LAST = requestOf('GET /v2', { more: 'connection: close' });

// After a 304, the next bytes must be the next answer. A client would read a body as that answer.
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
