import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, type ErrorCode, TuohsError } from '../../../src/core/errors.ts';
import { knownError, problemFor, problems } from '../../../src/http/problem.ts';

const CONTACT = 'Failed to contact shoutcloud api';

/** The table of the contract. A text is given if it is a part of the contract. */
const TABLE: Record<ErrorCode, [status: number, text?: string]> = {
  BAD_INPUT: [400, 'Data was not able to be parsed from request. Please try again.'],
  NOT_FOUND: [404],
  METHOD_NOT_ALLOWED: [405],
  REQUEST_TIMEOUT: [408],
  TOO_LARGE: [413],
  HEADERS_TOO_LARGE: [431],
  RATE_LIMITED: [429],
  UPSTREAM_UNREACHABLE: [503, CONTACT],
  UPSTREAM_TIMEOUT: [504, CONTACT],
  UPSTREAM_UNREADABLE: [503, 'Shoutcloud failed to return proper response'],
  UPSTREAM_WRONG: [503, 'Shoutcloud api gave back bad response'],
  OVERLOADED: [503],
  INTERNAL: [500, 'An error occurred while processing the request. Please try again later.'],
};

for (const code of Object.keys(TABLE) as ErrorCode[]) {
  const [status, text = problems[code].text] = TABLE[code];

  test(`${code} is a ${status} with its own words`, () => {
    const problem = problemFor(new TuohsError(code, 'only for the log'), 'the-id');

    assert.equal(problem.status, status);
    assert.equal(problem.body, JSON.stringify({ error: text, code, requestId: 'the-id' }));
    assert.match(text, /\.$|shoutcloud/i);
  });
}

test('the table has these rows and no others, and never a 502', () => {
  assert.deepEqual(Object.keys(problems).sort(), Object.keys(TABLE).sort());
  assert.ok(Object.values(problems).every(({ status }) => status !== 502));
});

test('an error that is not in the table is a bug of ours, and its cause', () => {
  const bug = new Error('a bug');

  const { code, cause } = knownError(bug);

  assert.deepEqual([code, cause], ['INTERNAL', bug]);
});

const WAITS = { '0': '1', '1': '1', '1000': '1', '1001': '2', '5000': '5', '60000': '60', '600000': '60' };
for (const [ms, seconds] of Object.entries(WAITS)) {
  test(`a wait of ${ms} ms is a Retry-After of ${seconds} s`, () => {
    const error = new AttemptError('throttled', 'as told', { retryAfterMs: Number(ms) });

    assert.equal(problemFor(error, 'the-id').headers['retry-after'], seconds);
  });
}
