import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../../src/core/events.ts';
import { logEvents } from '../../../src/telemetry/log-events.ts';
import { jsonLog } from '../../../src/telemetry/log-output.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { logLines } from '../../support/log-lines.ts';
import { ONE_OF_EACH } from './metrics-under-test.ts';

const lines: [Event, Record<string, unknown>][] = [
  [{ type: 'draining' }, { level: 'info', msg: 'draining' }],
  [{ type: 'closed' }, { level: 'info', msg: 'closed' }],
  [
    { type: 'breaker', state: 'half-open' },
    { level: 'warn', msg: 'the breaker of SHOUTCLOUD changed', state: 'half-open' },
  ],
  [
    { type: 'redis-connection', isUp: true },
    { level: 'info', msg: 'redis is connected' },
  ],
  [
    { type: 'redis-connection', isUp: false, trouble: 'wrong_password' },
    {
      level: 'warn',
      msg: 'redis is not connected',
      reason: 'wrong_password',
      detail: 'It does not accept the user or the password in REDIS_URL.',
    },
  ],
  [
    { type: 'redis-connection', isUp: false, trouble: 'cluster' },
    {
      level: 'warn',
      msg: 'redis is not connected',
      reason: 'cluster',
      detail: 'It is a Redis Cluster, which is not supported: let REDIS_URL name a single Redis.',
    },
  ],
  [
    { type: 'redis-connection', isUp: true, trouble: 'read_only' },
    {
      level: 'warn',
      msg: 'redis is connected, but takes no writes',
      reason: 'read_only',
      detail: 'It is a read-only replica: let REDIS_URL name the primary.',
    },
  ],
];
for (const [event, line] of lines) {
  test(`"${line.msg}" is a line at ${line.level}`, () => {
    assert.deepEqual(logged([event]), [line]);
  });
}

for (const type of ['batch', 'fallback', 'redis-operation', 'shed'] as const) {
  test(`of ${type} there is no line, for it is counted`, () => {
    const events = ONE_OF_EACH.filter((event) => event.type === type);

    assert.equal(events.length, 1);
    assert.deepEqual(logged(events), []);
  });
}

/** The lines that these events become. */
function logged(events: readonly Event[]): Record<string, unknown>[] {
  const logTo = logLines();
  const emit = logEvents(jsonLog({ level: 'debug', logTo }), { clock: fakeClock(), about: {} });
  for (const event of events) emit(event);
  return logTo.lines.map(({ time: _, ...line }) => line);
}
