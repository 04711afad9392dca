import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApi } from '../support/api.ts';

for (const url of ['/v1?data=hello', '/v2', '/v1', '/health', '/']) {
  test(`while draining, ${url} is answered and its connection closed`, async (t) => {
    let isDraining = false;
    const api = testApi(t, { isDraining: () => isDraining });
    const before = await api.inject(url);

    isDraining = true;
    const during = await api.inject(url);

    assert.deepEqual([during.statusCode, during.headers.connection], [before.statusCode, 'close']);
    assert.notEqual(before.headers.connection, 'close');
  });
}
