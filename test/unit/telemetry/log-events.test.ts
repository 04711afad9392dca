import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError } from '../../../src/core/errors.ts';
import { type Event, emitTo } from '../../../src/core/events.ts';
import { logged } from './log-under-test.ts';
import { ONLY_COUNTED } from './metrics-under-test.ts';

const ANSWERED = { type: 'answered', method: 'GET', route: '/v1', status: 200, requestId: 'mine' } as const;
const { type: _, ...FACTS } = ANSWERED;
const ERROR = new AttemptError('unreachable', 'no answer came', {
  cause: Object.assign(new Error('connect to 10.0.0.1'), { code: 'ECONNREFUSED' }),
});
const LINES: [what: string, Event, line: Record<string, unknown>][] = [
  [
    'the start is a line with the version and both ports',
    { type: 'listening', port: 1, adminPort: 2 },
    { level: 'info', version: '1.2.3', port: 1, adminPort: 2, msg: 'listening' },
  ],
  [
    'a worker that listens is a line',
    { type: 'worker-listening', pid: 7 },
    { level: 'info', worker: 7, msg: 'a worker listens' },
  ],
  [
    'a worker that ends by itself is a warning',
    { type: 'worker-ended', pid: 7, code: null, signal: 'SIGKILL', wasAsked: false },
    { level: 'warn', worker: 7, code: null, signal: 'SIGKILL', msg: 'a worker ended unasked' },
  ],
  ['the drain is a line', { type: 'draining' }, { level: 'info', msg: 'draining' }],
  ['the end is a line', { type: 'closed' }, { level: 'info', msg: 'closed' }],
  [
    'the duration of a request has two decimals',
    { ...ANSWERED, durationMs: 1.23456789 },
    { level: 'debug', ...FACTS, durationMs: 1.23, msg: 'answered' },
  ],
  [
    'a failed request is a warning with its id, its code and the cause’s code',
    { type: 'failed', requestId: 'mine', code: ERROR.code, error: ERROR },
    {
      ...{ level: 'warn', requestId: 'mine', code: 'UPSTREAM_UNREACHABLE' },
      ...{ reason: 'no answer came (ECONNREFUSED)', msg: 'a request failed' },
    },
  ],
  [
    'a change of the breaker is a warning',
    { type: 'breaker', state: 'half-open' },
    { level: 'warn', msg: 'the breaker of SHOUTCLOUD changed', state: 'half-open' },
  ],
  [
    'a Redis that is connected is a line',
    { type: 'redis-connection', isUp: true },
    { level: 'info', msg: 'redis is connected' },
  ],
  [
    'a Redis that is not connected is a warning that says what to do',
    { type: 'redis-connection', isUp: false, trouble: 'cluster' },
    {
      ...{ level: 'warn', msg: 'redis is not connected', reason: 'cluster' },
      detail: 'It is a Redis Cluster, which is not supported: let REDIS_URL name a single Redis.',
    },
  ],
  [
    'a Redis that takes no writes is a warning that says what to do',
    { type: 'redis-connection', isUp: true, trouble: 'read_only' },
    {
      ...{ level: 'warn', msg: 'redis is connected, but takes no writes', reason: 'read_only' },
      detail: 'It is a read-only replica: let REDIS_URL name the primary.',
    },
  ],
];
for (const [what, event, line] of LINES) {
  test(what, () => {
    assert.deepEqual(logged('debug', event), [line]);
    assert.deepEqual(logged('info', event), line.level === 'debug' ? [] : [line]);
  });
}

test('a bug is an error with its place', () => {
  const error = new TypeError('x is not a function');

  const [line] = logged('info', { type: 'failed', requestId: 'mine', code: 'INTERNAL', error });

  assert.deepEqual([line?.level, line?.name], ['error', 'TypeError']);
  assert.match(String(line?.at), /log-events\.test\.ts/);
});

const bug = (message: string) => new Error(message, { cause: new Error(message) });
for (const error of [
  bug('quotes hidden-text'),
  bug('a\n at hidden-text (b)'),
  bug('at hidden-text'),
  'hidden-text',
]) {
  test(`${JSON.stringify(String(error))}, thrown by a bug, is not logged`, () => {
    const lines = logged('debug', { type: 'failed', requestId: 'mine', code: 'INTERNAL', error });

    assert.doesNotMatch(JSON.stringify(lines), /hidden-text/);
  });
}

test('events that only count are no lines', () => {
  assert.deepEqual(logged('debug', ...ONLY_COUNTED), []);
});

test('an event reaches the listeners to its type, in their order', () => {
  const seen: string[] = [];
  const emit = emitTo(
    { draining: () => void seen.push('first') },
    undefined,
    { closed: () => void seen.push('another type') },
    { draining: ({ type }) => void seen.push(`second ${type}`) },
  );

  emit({ type: 'draining' });
  emit({ type: 'coalesced' });

  assert.deepEqual(seen, ['first', 'second draining']);
});
