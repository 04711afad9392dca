import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApi } from '../support/api.ts';

for (const url of ['/v1?data=hello', '/v2', '/v1', '/health', '/']) {
  test(`while draining, ${url} is answered and its connection closed`, async (t) => {
    const drain = new AbortController();
    const api = testApi(t, { draining: drain.signal });
    const before = await api.inject(url);

    drain.abort();
    const during = await api.inject(url);

    assert.deepEqual([during.statusCode, during.headers.connection], [before.statusCode, 'close']);
    assert.notEqual(before.headers.connection, 'close');
  });
}
