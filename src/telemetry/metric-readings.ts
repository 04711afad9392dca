import { type Aggregator, Counter, collectDefaultMetrics, Gauge, type Registry } from '@prometheus-io/client';
import { type BreakerState, REDIS_TROUBLES, type RedisTrouble } from '../core/events.ts';

/** Values that are read for each request for the metrics, instead of counted by events. */
export interface Readings {
  readonly inFlight: () => number;
  readonly heldBytes: () => number;
  readonly openConnections: () => number;
  readonly cacheBytes: () => number;
  readonly retryBudgetTokens: () => number;
  readonly breakerState: () => BreakerState;
  /** Absent without a Redis in the settings. Then there is no such series, and no alert on it. */
  readonly isRedisUp?: (() => boolean) | undefined;
  readonly redisTrouble?: (() => RedisTrouble | undefined) | undefined;
  readonly logLinesDropped: () => number;
}

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'open', 'half-open'];

export function addReadings(readings: Readings, registers: Registry[]): void {
  countDroppedLines(readings.logLinesDropped, registers);
  gauge('tuohs_in_flight_requests', 'Requests under way.', readings.inFlight);
  gauge('tuohs_held_bytes', 'Bytes that clients make the process hold.', readings.heldBytes);
  gauge('tuohs_open_connections', 'Open connections of clients.', readings.openConnections);
  gauge('tuohs_cache_bytes', 'Size of the memory cache.', readings.cacheBytes);
  gauge('tuohs_retry_budget_tokens', 'Retries that may be made right now.', readings.retryBudgetTokens);
  const { isRedisUp, redisTrouble } = readings;
  if (isRedisUp) gauge('tuohs_redis_up', '1 while Redis is connected.', () => Number(isRedisUp()), 'min');
  if (redisTrouble) {
    new Gauge({
      name: 'tuohs_redis_trouble',
      help: '1 for the reason why Redis is not connected, or takes no writes.',
      aggregator: 'max',
      labelNames: ['reason'] as const,
      registers,
      collect() {
        const now = redisTrouble();
        for (const reason of REDIS_TROUBLES) this.set({ reason }, Number(now === reason));
      },
    });
  }
  new Gauge({
    name: 'tuohs_breaker_state',
    help: "1 for the state that SHOUTCLOUD's breaker is in.",
    aggregator: 'max',
    labelNames: ['state'] as const,
    registers,
    collect() {
      for (const state of BREAKER_STATES) this.set({ state }, Number(readings.breakerState() === state));
    },
  });

  function gauge(name: string, help: string, value: () => number, aggregator: Aggregator = 'sum'): void {
    new Gauge({
      name,
      help,
      aggregator,
      registers,
      collect() {
        this.set(value());
      },
    });
  }
}

export function countDroppedLines(dropped: () => number, registers: Registry[]): void {
  new Counter({
    name: 'tuohs_log_lines_dropped_total',
    help: 'Log lines that were dropped because their reader was too slow or gone.',
    registers,
    collect() {
      this.reset();
      this.inc(dropped());
    },
  });
}

/**
 * Adds the series of any Node process, `process_…` and `nodejs_…`, except those that break Prometheus' rules for names
 * (`promtool check metrics`): gauges that end in `_total`, and names with their type. Other series have the same values.
 */
export function addProcessMetrics(register: Registry): void {
  // The measurement of the utilization cannot be left out. Once a day it costs nothing.
  collectDefaultMetrics({ register, eventLoopUtilizationTimeout: A_DAY_MS });
  for (const name of MISNAMED) register.removeSingleMetric(name);
}

const A_DAY_MS = 86_400_000;

const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_eventloop_utilization_histogram',
  'nodejs_eventloop_utilization_summary',
];
