import { type BreakerState, type Event, emitTo } from '../../../src/core/events.ts';
import { metrics, type Readings } from '../../../src/telemetry/metrics.ts';
import { fakeClock } from '../../support/fake-clock.ts';

/** Metrics that have counted these events. Their readings do not change. */
export function measured(events: readonly Event[], readings: Partial<Readings> = {}) {
  const { listeners, read, text, types, series } = metrics({ version: '1.2.3', clock: fakeClock() });
  const emit = emitTo(listeners);
  read({
    inFlight: () => 0,
    heldBytes: () => 0,
    openConnections: () => 0,
    cacheBytes: () => 0,
    retryBudgetTokens: () => 20,
    breakerState: (): BreakerState => 'closed',
    isRedisUp: () => false,
    redisTrouble: () => undefined,
    logLinesDropped: () => 0,
    ...readings,
  });
  for (const event of events) emit(event);
  return {
    emit,
    types,
    text,
    /** The series before they are added up. */
    ownSeries: series,
    /** The values by series, with the names of the text format. */
    values: () =>
      new Map(
        series().flatMap(({ name, values }) => Array.from(values, ([end, value]) => [name + end, value])),
      ),
  };
}

/** An event of each type that is only counted. */
export const ONLY_COUNTED: readonly Event[] = [
  { type: 'cache-read', tier: 'memory', result: 'hit' },
  { type: 'coalesced' },
  { type: 'attempt', outcome: 'success', durationMs: 120 },
  { type: 'batch', strings: 3 },
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
  { type: 'failed', requestId: 'id', code: 'INTERNAL', error: new Error('as told') },
  { type: 'listening', port: 5000, adminPort: 9464 },
  { type: 'draining' },
  { type: 'closed' },
];
