import { AT_REST } from '../../../scripts/monitoring/series-table.ts';
import { type Event, emitTo } from '../../../src/core/events.ts';
import { metrics, type Status } from '../../../src/telemetry/metrics.ts';
import { fakeClock } from '../../support/fake-clock.ts';

/** The metrics of a process with this status, after these events. */
export function measured(events: readonly Event[], status: Partial<Status> = {}, logLinesDropped = 0) {
  const { listeners, read, text, series } = metrics({ version: '1.2.3', clock: fakeClock() });
  const emit = emitTo(listeners);
  const statusNow = () => ({ ...AT_REST, ...status });
  read(statusNow, () => logLinesDropped);
  for (const event of events) emit(event);
  /** The values by series, with the names of the text format. */
  const values = () =>
    new Map(series().flatMap(({ name, values }) => [...values].map(([end, value]) => [name + end, value])));
  return { text, series, values };
}

/** An event of each type that is only counted. */
export const ONLY_COUNTED: readonly Event[] = [
  { type: 'cache-read', tier: 'memory', result: 'hit' },
  { type: 'coalesced' },
  { type: 'attempt', outcome: 'success', durationMs: 120 },
  { type: 'batch', texts: 3 },
  { type: 'verification-failed', source: 'upstream' },
  { type: 'fallback' },
  { type: 'redis-operation', op: 'get', outcome: 'success', durationMs: 0.4 },
  { type: 'shed', reason: 'requests' },
  { type: 'bulk-lines', outcome: 'success', lines: 3 },
];

/** An event of each type. */
export const ONE_OF_EACH: readonly Event[] = [
  ...ONLY_COUNTED,
  { type: 'answered', method: 'POST', route: '/v1', status: 200, durationMs: 12, requestId: 'id' },
  { type: 'breaker', state: 'open' },
  { type: 'redis-connection', isUp: true },
  { type: 'failed', requestId: 'id', code: 'INTERNAL', error: new Error('as scripted') },
  { type: 'listening', port: 5000, adminPort: 9464 },
  { type: 'draining' },
  { type: 'closed' },
];
