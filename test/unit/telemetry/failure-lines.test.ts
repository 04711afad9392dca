import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import type { Event } from '../../../src/core/events.ts';
import { logEvents } from '../../../src/telemetry/log-events.ts';
import { jsonLog } from '../../../src/telemetry/log-output.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { logLines } from '../../support/log-lines.ts';

function log(level: 'debug' | 'info' = 'info') {
  const logTo = logLines();
  const clock = fakeClock();
  return {
    clock,
    emit: logEvents(jsonLog({ level, logTo }), { clock, about: {} }),
    /** Level, code and number suppressed of each line. */
    lines: () => logTo.lines.map(({ level, code, suppressed }) => [level, code, suppressed]),
    full: () => logTo.lines.map(({ time: _, ...line }) => line),
  };
}

let requests = 0;

function failed(kind: 'unreachable' | 'timeout' | 'bug', reason = 'no answer came'): Event {
  const requestId = `request-${++requests}`;
  if (kind === 'bug') return { type: 'failed', requestId, code: 'INTERNAL', error: new TypeError('a bug') };
  const error = new AttemptError(kind, reason);
  return { type: 'failed', requestId, code: error.code, error };
}

test('300 requests that fail alike within a second are one line now and one that counts the others', async () => {
  const { clock, emit, lines } = log();

  for (let i = 0; i < 300; i++) emit(failed('unreachable'));
  assert.deepEqual(lines(), [['warn', 'UPSTREAM_UNREACHABLE', undefined]]);

  await clock.advance(1000);
  assert.deepEqual(lines().slice(1), [['warn', 'UPSTREAM_UNREACHABLE', 299]]);
});

test('the line that counts gives the latest reason and no request', async () => {
  const { clock, emit, full } = log();
  emit(failed('unreachable', 'no answer came'));
  emit(failed('unreachable', 'the breaker is open'));

  await clock.advance(1000);

  const { code, reason, suppressed, msg, ...others } = full()[1] ?? {};
  assert.deepEqual(
    [code, reason, suppressed, msg],
    ['UPSTREAM_UNREACHABLE', 'the breaker is open', 1, 'more requests failed'],
  );
  assert.deepEqual(others, { level: 'warn' });
});

test('an outage is one line a second, which count every request', async () => {
  const { clock, emit, lines } = log();

  for (let i = 0; i < 100; i++) {
    emit(failed('unreachable'));
    await clock.advance(100);
  }
  await clock.advance(1000);

  assert.equal(lines().length, 11);
  const counted = lines().reduce((sum, [, , suppressed]) => sum + Number(suppressed ?? 1), 0);
  assert.equal(counted, 100);
});

test('each code has a line of its own', () => {
  const { emit, lines } = log();

  emit(failed('unreachable'));
  emit(failed('timeout'));
  emit(failed('bug'));

  assert.deepEqual(lines(), [
    ['warn', 'UPSTREAM_UNREACHABLE', undefined],
    ['warn', 'UPSTREAM_TIMEOUT', undefined],
    ['error', 'INTERNAL', undefined],
  ]);
});

test('bugs that are suppressed are counted in a line with the place of the latest', async () => {
  const { clock, emit, full } = log();
  emit(failed('bug'));
  emit(failed('bug'));

  await clock.advance(1000);

  const line = full()[1];
  assert.deepEqual([line?.level, line?.suppressed, line?.name], ['error', 1, 'TypeError']);
  assert.match(String(line?.at), /failure-lines\.test\.ts/);
});

test('after a quiet second the next failure is a line at once, and nothing waits', async () => {
  const { clock, emit, lines } = log();
  emit(failed('unreachable'));
  await clock.advance(1000);
  assert.equal(clock.timers(), 0);

  emit(failed('unreachable'));

  assert.equal(lines().length, 2);
});

test('at debug those that are suppressed are lines with their requests', () => {
  const { emit, full } = log('debug');

  emit(failed('unreachable'));
  emit(failed('unreachable'));

  assert.deepEqual(
    full().map(({ level, msg }) => [level, msg]),
    [
      ['warn', 'a request failed'],
      ['debug', 'a request failed'],
    ],
  );
  assert.match(String(full()[1]?.requestId), /^request-/);
});

test('at the end what was suppressed is said before the last line', () => {
  const { clock, emit, full } = log();
  emit(failed('unreachable'));
  emit(failed('unreachable'));

  emit({ type: 'closed' });

  assert.deepEqual(
    full().map(({ msg, suppressed }) => [msg, suppressed]),
    [
      ['a request failed', undefined],
      ['more requests failed', 1],
      ['closed', undefined],
    ],
  );
  assert.equal(clock.timers(), 0);
});
