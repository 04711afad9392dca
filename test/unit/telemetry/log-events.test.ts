import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { AttemptError } from '../../../src/core/errors.ts';
import type { Event } from '../../../src/core/events.ts';
import { logEvents } from '../../../src/telemetry/log-events.ts';

const ANSWERED: Event = {
  type: 'answered',
  method: 'GET',
  route: '/v1',
  status: 200,
  durationMs: 1.5,
  requestId: 'mine',
};

/** The lines that these events become. */
function logged(level: string, ...events: Event[]): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { level, base: null, timestamp: false },
    { write: (line) => lines.push(JSON.parse(line)) },
  );
  for (const event of events) logEvents(log)(event);
  return lines;
}

test('listening is told with both ports', () => {
  assert.deepEqual(logged('info', { type: 'listening', port: 1, adminPort: 2 }), [
    { level: 30, port: 1, adminPort: 2, msg: 'listening' },
  ]);
});

test('a request is a line at debug only', () => {
  const { type: _, ...facts } = ANSWERED;

  assert.deepEqual(logged('debug', ANSWERED), [{ level: 20, ...facts, msg: 'answered' }]);
  assert.deepEqual(logged('info', ANSWERED), []);
});

test('a failed request is a warning with its id, its code and the cause’s code', () => {
  const cause = Object.assign(new Error('connect to 10.0.0.1'), { code: 'ECONNREFUSED' });
  const error = new AttemptError('unreachable', 'no answer came', { cause });

  const lines = logged('info', { type: 'failed', requestId: 'mine', code: error.code, error });

  assert.deepEqual(lines, [
    {
      level: 40,
      requestId: 'mine',
      code: 'UPSTREAM_UNREACHABLE',
      reason: 'no answer came (ECONNREFUSED)',
      msg: 'a request failed',
    },
  ]);
});

test('a bug is an error with its place', () => {
  const error = new TypeError('x is not a function');

  const [line] = logged('info', { type: 'failed', requestId: 'mine', code: 'INTERNAL', error });

  assert.deepEqual([line?.level, line?.name], [50, 'TypeError']);
  assert.match(String(line?.at), /log-events\.test\.ts/);
});

for (const message of ['quotes hidden-text', 'over\n    at hidden-text (lines)', 'at hidden-text']) {
  test(`the message ${JSON.stringify(message)} of a bug is not logged`, () => {
    const error = new Error(message, { cause: new Error(message) });

    const lines = logged('debug', { type: 'failed', requestId: 'mine', code: 'INTERNAL', error });

    assert.ok(!JSON.stringify(lines).includes('hidden-text'));
  });
}

test('what is thrown and no error is not logged either', () => {
  const error: unknown = 'hidden-text';

  const lines = logged('debug', { type: 'failed', requestId: 'mine', code: 'INTERNAL', error });

  assert.ok(!JSON.stringify(lines).includes('hidden-text'));
});

test('what happens with each string is no line', () => {
  const events: Event[] = [
    { type: 'cache-read', tier: 'memory', result: 'hit' },
    { type: 'coalesced' },
    { type: 'attempt', outcome: 'success', durationMs: 1 },
    { type: 'verification-failed', source: 'upstream' },
  ];

  assert.deepEqual(logged('debug', ...events), []);
});
