import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import type { Event } from '../../../src/core/events.ts';
import { eventLog } from './log-under-test.ts';

function failed(kind: 'unreachable' | 'timeout' | 'bug', reason = 'no answer came'): Event {
  const requestId = 'request-1';
  if (kind === 'bug') return { type: 'failed', requestId, code: 'INTERNAL', error: new TypeError('a bug') };
  const error = new AttemptError(kind, reason);
  return { type: 'failed', requestId, code: error.code, error };
}

test('the first of equal failures in a second is a line at once, and a second line counts the rest', async () => {
  const { clock, emit, lines } = eventLog('info');
  for (let i = 0; i < 299; i++) emit(failed('unreachable'));
  emit(failed('unreachable', 'the breaker is open'));
  const atOnce = lines();

  await clock.advance(1000);

  const first = { level: 'warn', code: 'UPSTREAM_UNREACHABLE', reason: 'no answer came' };
  assert.deepEqual(atOnce, [{ ...first, requestId: 'request-1', msg: 'a request failed' }]);
  const rest = { ...first, reason: 'the breaker is open', suppressed: 299, msg: 'more requests failed' };
  assert.deepEqual(lines().slice(1), [rest]);
});

test('in an outage, one line a second counts every request; afterwards the next failure is a line at once', async () => {
  const { clock, emit, lines } = eventLog('info');

  for (let i = 0; i < 100; i++) {
    emit(failed('unreachable'));
    await clock.advance(100);
  }
  await clock.advance(1000);

  const counted = lines().reduce((sum, { suppressed }) => sum + Number(suppressed ?? 1), 0);
  assert.deepEqual([lines().length, counted, clock.timers()], [11, 100, 0]);
  emit(failed('unreachable'));
  assert.equal(lines().length, 12);
});

test('each code has a line of its own', () => {
  const { emit, lines } = eventLog('info');

  for (const kind of ['unreachable', 'timeout', 'bug'] as const) emit(failed(kind));

  assert.deepEqual(
    lines().map(({ level, code }) => `${level} ${code}`),
    ['warn UPSTREAM_UNREACHABLE', 'warn UPSTREAM_TIMEOUT', 'error INTERNAL'],
  );
});

test('bugs that are suppressed are counted in a line with the place of the latest', async () => {
  const { clock, emit, lines } = eventLog('info');
  emit(failed('bug'));
  emit(failed('bug'));

  await clock.advance(1000);

  const line = lines()[1];
  assert.deepEqual([line?.level, line?.suppressed, line?.name], ['error', 1, 'TypeError']);
  assert.match(String(line?.at), /failure-lines\.test\.ts/);
});

test('at debug, suppressed failures are lines with their request ids', () => {
  const { emit, lines } = eventLog('debug');

  emit(failed('unreachable'));
  emit(failed('unreachable'));

  assert.deepEqual(
    lines().map(({ level, msg, requestId }) => `${level}: ${msg}: ${requestId}`),
    ['warn: a request failed: request-1', 'debug: a request failed: request-1'],
  );
});

test('at the end, suppressed failures are counted before the last line', () => {
  const { clock, emit, lines } = eventLog('info');
  emit(failed('unreachable'));
  emit(failed('unreachable'));

  emit({ type: 'closed' });

  assert.deepEqual(
    lines().map(({ msg, suppressed }) => [msg, suppressed].join(' ')),
    ['a request failed ', 'more requests failed 1', 'closed '],
  );
  assert.equal(clock.timers(), 0);
});
