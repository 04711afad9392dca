import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import type { Event } from '../../../src/core/events.ts';
import { bothOf, logEvents } from '../../../src/telemetry/log-events.ts';
import { jsonLog } from '../../../src/telemetry/log-output.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { logLines } from '../../support/log-lines.ts';

const ANSWERED: Event = {
  type: 'answered',
  method: 'GET',
  route: '/v1',
  status: 200,
  durationMs: 1.5,
  requestId: 'mine',
};

const ABOUT = { version: '1.2.3' };

/** A log of these events on a clock of the test. */
function log(level: 'debug' | 'info') {
  const logTo = logLines();
  const clock = fakeClock();
  const emit = logEvents(jsonLog({ level, logTo }), { clock, about: ABOUT });
  return { clock, emit, lines: () => logTo.lines.map(({ time: _, ...line }) => line) };
}

/** The lines that these events become. */
function logged(level: 'debug' | 'info', ...events: Event[]): Record<string, unknown>[] {
  const { emit, lines } = log(level);
  for (const event of events) emit(event);
  return lines();
}

test('the line about the start says what starts, and both ports', () => {
  assert.deepEqual(logged('info', { type: 'listening', port: 1, adminPort: 2 }), [
    { level: 'info', ...ABOUT, port: 1, adminPort: 2, msg: 'listening' },
  ]);
});

test('a request is a line at debug only', () => {
  const { type: _, ...facts } = ANSWERED;

  assert.deepEqual(logged('debug', ANSWERED), [{ level: 'debug', ...facts, msg: 'answered' }]);
  assert.deepEqual(logged('info', ANSWERED), []);
});

test('a duration has no more digits than matter', () => {
  const [line] = logged('debug', { ...ANSWERED, durationMs: 1.23456789 });

  assert.equal(line?.durationMs, 1.23);
});

test('a failed request is a warning with its id, its code and the cause’s code', () => {
  const cause = Object.assign(new Error('connect to 10.0.0.1'), { code: 'ECONNREFUSED' });
  const error = new AttemptError('unreachable', 'no answer came', { cause });

  const lines = logged('info', { type: 'failed', requestId: 'mine', code: error.code, error });

  assert.deepEqual(lines, [
    {
      level: 'warn',
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

  assert.deepEqual([line?.level, line?.name], ['error', 'TypeError']);
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

test('an event that is passed on to both reaches the first, then the second', () => {
  const seen: string[] = [];
  const emit = bothOf(
    ({ type }) => seen.push(`first ${type}`),
    ({ type }) => seen.push(`second ${type}`),
  );

  emit({ type: 'draining' });

  assert.deepEqual(seen, ['first draining', 'second draining']);
});
