import assert from 'node:assert/strict';
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { test } from 'node:test';
import type { Clock } from '../../../src/core/clock.ts';
import { AttemptError } from '../../../src/core/errors.ts';
import { type Event, emitTo } from '../../../src/core/events.ts';
import { logEvents } from '../../../src/telemetry/log-events.ts';
import { jsonLog } from '../../../src/telemetry/log-output.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { logLines } from '../../support/log-lines.ts';
import { pick } from '../../support/pick.ts';
import { ONLY_COUNTED } from './metrics-under-test.ts';

const ANSWERED = { type: 'answered', method: 'GET', route: '/v1', status: 200, requestId: 'mine' } as const;
const ENDED = { type: 'worker-ended', pid: 7, code: null, signal: 'SIGKILL', wasStuck: false } as const;
const REFUSED = Object.assign(new Error('connect to 10.0.0.1'), { code: 'ECONNREFUSED' });
const UNREACHABLE = 'code="UPSTREAM_UNREACHABLE"';
const CLUSTER = 'It is a Redis Cluster, which is not supported: let REDIS_URL name a single Redis.';
const OPEN = 'SHOUTCLOUD keeps failing: unknown texts are refused at once, known ones are answered.';
const CLOSED = 'SHOUTCLOUD answers again: unknown texts are sent to it.';
const REPLICA = 'It is a read-only replica: let REDIS_URL name the primary.';

const LINES: [event: Event, line: string][] = [
  [{ type: 'listening', port: 1, adminPort: 2 }, 'info listening: version="1.2.3" port=1 adminPort=2'],
  [{ type: 'worker-listening', pid: 7 }, 'info a worker listens: worker=7'],
  [{ ...ENDED, wasAsked: false }, 'warn a worker ended by itself: worker=7 code=null signal="SIGKILL"'],
  [
    { ...ENDED, pid: 0, signal: null, reason: 'ENOMEM', wasAsked: false },
    'warn a worker could not be started: code=null signal=null reason="ENOMEM"',
  ],
  [{ ...ENDED, wasAsked: true }, 'info a worker ended: worker=7 code=null signal="SIGKILL"'],
  [
    { ...ENDED, wasAsked: false, wasStuck: true },
    'warn a worker did not answer in time and was killed: worker=7 code=null signal="SIGKILL"',
  ],
  [{ type: 'draining' }, 'info draining:'],
  [{ type: 'closed' }, 'info closed:'],
  [
    { ...ANSWERED, durationMs: 1.23456789 },
    'debug answered: method="GET" route="/v1" status=200 requestId="mine" durationMs=1.23',
  ],
  [
    failed('unreachable', 'no answer came', REFUSED),
    `warn a request failed: requestId="mine" ${UNREACHABLE} reason="no answer came (ECONNREFUSED)"`,
  ],
  [
    { ...failed('unreachable', 'no answer came', REFUSED), type: 'breaker', state: 'open' },
    `warn the breaker of SHOUTCLOUD changed: state="open" reason="no answer came (ECONNREFUSED)" detail="${OPEN}"`,
  ],
  [
    { type: 'breaker', state: 'closed' },
    `warn the breaker of SHOUTCLOUD changed: state="closed" detail="${CLOSED}"`,
  ],
  [{ type: 'redis-connection', isUp: true }, 'info redis is connected:'],
  [
    { type: 'redis-connection', isUp: false, trouble: 'cluster' },
    `warn redis is not connected: reason="cluster" detail="${CLUSTER}"`,
  ],
  [
    { type: 'redis-connection', isUp: true, trouble: 'read_only' },
    `warn redis is connected, but does not do its work: reason="read_only" detail="${REPLICA}"`,
  ],
  [{ type: 'trace-export', isUp: true }, 'info traces arrive again:'],
  [
    { type: 'trace-export', isUp: false, error: REFUSED },
    'warn traces do not arrive and are dropped: reason="ECONNREFUSED"',
  ],
  [
    { type: 'trace-export', isUp: false, error: new Error('Request timed out') },
    'warn traces do not arrive and are dropped: reason="Request timed out"',
  ],
  [{ type: 'trace-export', isUp: false }, 'warn traces do not arrive and are dropped: reason="unknown"'],
];
for (const [event, line] of LINES) {
  test(`"${event.type}" is logged: ${line}`, () => {
    assert.deepEqual(logged('debug', event), [line]);
    assert.deepEqual(logged('info', event), line.startsWith('debug') ? [] : [line]);
  });
}

test('events that only count are not logged', () => {
  assert.deepEqual(logged('debug', ...ONLY_COUNTED), []);
});

for (const message of ['quotes hidden-text', 'a\n at hidden-text (b)', 'at hidden-text']) {
  test(`the place of a bug is logged, and not its message: ${JSON.stringify(message)}`, () => {
    const error = new TypeError(message, { cause: new Error(message) });

    const [line = ''] = logged('debug', { type: 'failed', requestId: 'mine', code: 'INTERNAL', error });

    assert.match(line, /^error .*code="INTERNAL" name="TypeError" at=\["at .*log-events\.test\.ts/);
    assert.doesNotMatch(line, /hidden-text/);
  });
}

test('if a bug throws something that is not an error, only its type is logged', () => {
  const event: Event = { type: 'failed', requestId: 'mine', code: 'INTERNAL', error: 'hidden-text' };

  const facts = 'requestId="mine" code="INTERNAL" name="string" at=[]';
  assert.deepEqual(logged('info', event), [`error a request failed because of a bug: ${facts}`]);
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

test('the first of equal failures in a second is logged at once, and another line counts the rest', async () => {
  const { clock, emit, lines } = eventLog('info');
  for (let i = 0; i < 299; i++) emit(failed('unreachable'));
  emit(failed('unreachable', 'the breaker is open'));
  const first = lines();

  await clock.advance(1000);

  assert.deepEqual(first, [`warn a request failed: requestId="mine" ${UNREACHABLE} reason="no answer came"`]);
  const counted = `warn more requests failed: ${UNREACHABLE} reason="the breaker is open" suppressed=299`;
  assert.deepEqual(lines().slice(1), [counted]);
});

test('the line that counts the rest belongs to no request', async () => {
  const request = new AsyncLocalStorage<string>();
  const clock = fakeClock();
  const logTo = logLines();
  const log = jsonLog({ level: 'info', logTo, moreFields: () => ({ of: request.getStore() }) });
  // The callback runs in the context in which the timer was set, as with a real timer.
  const after: Clock['after'] = (ms, run) => clock.after(ms, AsyncResource.bind(run));
  const emit = emitTo(logEvents(log, { clock: { after }, about: {} }));
  for (const id of ['first', 'second']) request.run(id, emit, failed('unreachable'));

  await clock.advance(1000);

  assert.deepEqual(pick(logTo.lines, 'of'), ['first', undefined]);
});

test('in an outage, one line a second counts every request; afterwards the next failure is logged at once', async () => {
  const { clock, emit, lines } = eventLog('info');

  for (let i = 0; i < 100; i++) {
    emit(failed('unreachable'));
    await clock.advance(100);
  }
  await clock.advance(1000);

  const counted = lines().reduce((sum, line) => sum + Number(/suppressed=(\d+)/.exec(line)?.[1] ?? 1), 0);
  assert.deepEqual([lines().length, counted, clock.timers()], [11, 100, 0]);
  emit(failed('unreachable'));
  assert.equal(lines().length, 12);
});

for (const [what, level, kinds, levels] of [
  ['each code gets a line', 'info', ['unreachable', 'timeout'], ['warn', 'warn']],
  ['at debug, each suppressed failure gets a line', 'debug', ['timeout', 'timeout'], ['warn', 'debug']],
] as const) {
  test(`${what} of its own, with the request id`, () => {
    const { emit, lines } = eventLog(level);

    for (const kind of kinds) emit(failed(kind));

    const beginnings = lines().map((line) => line.split(' a request failed: requestId="mine" code=')[0]);
    assert.deepEqual(beginnings, levels);
  });
}

test('at the end, suppressed failures are counted before the last line', () => {
  const { clock, emit, lines } = eventLog('info');
  const bug: Event = { type: 'failed', requestId: 'mine', code: 'INTERNAL', error: new TypeError('a bug') };
  emit(bug);
  emit(bug);

  emit({ type: 'closed' });

  assert.match(
    lines()[1] ?? '',
    /^error more .* because of a bug: code="INTERNAL" name="TypeError" at=.* suppressed=1$/,
  );
  assert.deepEqual([lines()[2], clock.timers()], ['info closed:', 0]);
});

function failed(kind: 'unreachable' | 'timeout', reason = 'no answer came', cause?: Error): Event {
  const error = new AttemptError(kind, reason, { cause });
  return { type: 'failed', requestId: 'mine', code: error.code, error };
}

/** The log lines of these events. */
function logged(level: 'debug' | 'info', ...events: readonly Event[]): string[] {
  const { emit, lines } = eventLog(level);
  for (const event of events) emit(event);
  return lines();
}

/** A log of events on a clock of the test. A line is `level message: name=value…`, without the time. */
function eventLog(level: 'debug' | 'info') {
  const logTo = logLines();
  const clock = fakeClock();
  const emit = emitTo(logEvents(jsonLog({ level, logTo }), { clock, about: { version: '1.2.3' } }));
  const lines = () =>
    logTo.lines.map(({ time: _, level, msg, ...facts }) => {
      const shown = Object.entries(facts).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      return [`${level} ${msg}:`, ...shown].join(' ');
    });
  return { clock, emit, lines };
}
