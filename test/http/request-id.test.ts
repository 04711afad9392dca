import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApi } from '../support/api.ts';

for (const id of ['a', 'A-Z_09', 'x'.repeat(64)]) {
  test(`the request id ${id} is kept`, async (t) => {
    const { headers } = await testApi(t).inject({ url: '/v1?data=x', headers: { 'x-request-id': id } });

    assert.equal(headers['x-request-id'], id);
  });
}

for (const id of [undefined, '', 'x'.repeat(65), 'a b', 'é', ['a', 'b']]) {
  test(`the request id ${JSON.stringify(id)} is replaced by a new one`, async (t) => {
    const api = testApi(t);
    const asked = { url: '/v1?data=x', headers: id === undefined ? {} : { 'x-request-id': id } };

    const ids = [await api.inject(asked), await api.inject(asked)].map(
      ({ headers }) => headers['x-request-id'],
    );

    for (const each of ids) assert.match(String(each), /^[\w-]{14}$/);
    assert.notEqual(ids[0], ids[1]);
  });
}
