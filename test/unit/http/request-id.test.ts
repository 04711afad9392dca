import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestId } from '../../../src/http/exchange.ts';

for (const id of ['a', 'A-Z_09', 'x'.repeat(64)]) {
  test(`${id} is a request id`, () => {
    assert.equal(requestId(id), id);
  });
}

for (const id of [undefined, '', 'x'.repeat(65), 'a b', 'a\n', 'é', ['a', 'b']]) {
  test(`${JSON.stringify(id)} is replaced by a request id of ours`, () => {
    assert.match(requestId(id), /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    assert.notEqual(requestId(id), requestId(id));
  });
}
