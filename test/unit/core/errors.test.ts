import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, type AttemptFailure, type ErrorCode, TuohsError } from '../../../src/core/errors.ts';

const CODES: Record<AttemptFailure, ErrorCode> = {
  unreachable: 'UPSTREAM_UNREACHABLE',
  throttled: 'UPSTREAM_UNREACHABLE',
  server_error: 'UPSTREAM_UNREACHABLE',
  timeout: 'UPSTREAM_TIMEOUT',
  rejected: 'UPSTREAM_UNREADABLE',
  unreadable: 'UPSTREAM_UNREADABLE',
  wrong: 'UPSTREAM_WRONG',
};
for (const failure of Object.keys(CODES) as AttemptFailure[]) {
  test(`an attempt that failed as ${failure} has the code ${CODES[failure]}`, () => {
    const error = new AttemptError(failure, 'as scripted');

    assert.ok(error instanceof TuohsError);
    assert.deepEqual([error.failure, error.code], [failure, CODES[failure]]);
  });
}

test('an expected failure records no stack, and the next error has one', () => {
  const [failure, bug] = [new TuohsError('OVERLOADED', 'as scripted'), new Error('a bug')];

  assert.deepEqual(
    [failure, bug].map(({ stack = '' }) => /\n +at /.test(stack)),
    [false, true],
  );
  assert.equal(failure.name, 'TuohsError');
});
