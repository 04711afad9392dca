import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { AttemptError, TuohsError } from '../../../src/core/errors.ts';
import { knownError, problemFor } from '../../../src/http/problem.ts';

test('an error that is not in the table becomes a bug of ours, with that error as its cause', () => {
  const bug = new Error('a bug');

  const { code, cause } = knownError(bug);

  assert.deepEqual([code, cause], ['INTERNAL', bug]);
});

const WAITS = { '0': '1', '1': '1', '1000': '1', '1001': '2', '5000': '5', '60000': '60', '600000': '60' };
for (const [ms, seconds] of Object.entries(WAITS)) {
  test(`a wait of ${ms} ms is a Retry-After of ${seconds} s`, () => {
    const error = new AttemptError('throttled', 'as scripted', { retryAfterMs: Number(ms) });

    assert.equal(problemFor(error, 'the-id').headers['retry-after'], seconds);
  });
}

test('a browser gets JSON if the file of the page cannot be read, for example without a free file descriptor', (t) => {
  const reading = t.mock.method(fs, 'readFileSync', () => assert.fail());
  syncBuiltinESMExports();
  t.after(() => {
    reading.mock.restore();
    syncBuiltinESMExports();
  });
  const browser = { method: 'GET', url: '/nowhere', headers: { accept: 'text/html' } };

  const { headers } = problemFor(new TuohsError('NOT_FOUND', 'nothing'), 'the-id', browser);

  assert.equal(headers['content-type'], 'application/json');
  assert.equal(reading.mock.callCount(), 1);
});
