import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import { problemFor } from '../../../src/http/problem.ts';

const WAITS = { '0': '1', '1': '1', '1000': '1', '1001': '2', '5000': '5', '60000': '60', '600000': '60' };
for (const [ms, seconds] of Object.entries(WAITS)) {
  test(`a wait of ${ms} ms is a Retry-After of ${seconds} s`, () => {
    const error = new AttemptError('throttled', 'as told', { retryAfterMs: Number(ms) });

    assert.equal(problemFor(error, 'the-id').headers['retry-after'], seconds);
  });
}
