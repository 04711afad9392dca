import { type Aggregator, Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { BreakerState } from '../core/events.ts';
import { type Emit, type Event, REDIS_TROUBLES, type RedisTrouble } from '../core/events.ts';
import { METRICS_TYPES, metricsText, type Series } from './metrics-text.ts';
import { processMetrics } from './process-metrics.ts';
import { QuickHistogram } from './quick-histogram.ts';

/** What is read when somebody asks for the metrics, rather than told by events. */
export interface Readings {
  readonly inFlight: () => number;
  readonly heldBytes: () => number;
  readonly openConnections: () => number;
  readonly cacheBytes: () => number;
  readonly retryBudgetTokens: () => number;
  readonly breakerState: () => BreakerState;
  /** None where the settings name no Redis: then there is no such series, and none that could raise an alarm. */
  readonly isRedisUp?: (() => boolean) | undefined;
  readonly redisTrouble?: (() => RedisTrouble | undefined) | undefined;
  readonly logLinesDropped: () => number;
}

export interface Metrics {
  readonly emit: Emit;
  /** Adds the series that are read; to be called once. */
  read(readings: Readings): void;
  /** All series as this media type, the text format of Prometheus unless given. */
  text(type?: string): Promise<string>;
  /** The same as plain data, to be added up with those of other processes. */
  series(): Promise<Series>;
  readonly types: typeof METRICS_TYPES;
}

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'open', 'half-open'];
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3.5];
const ATTEMPT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1];
const REDIS_SECONDS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1];
const BATCH_STRINGS = [1, 2, 4, 8, 16, 32, 64, 128];

/** Counts the events. All labels come from closed sets: no text, path or address of a user is ever one. */
export function metrics({ version, epochMs }: { version: string; epochMs: () => number }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  processMetrics(registry);

  const requests = new QuickHistogram({
    name: 'tuohs_http_request_duration_seconds',
    help: 'From the arrival of the headers to the end of the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  let memoryHits = 0;
  const cacheReads = new Counter({
    name: 'tuohs_cache_requests_total',
    help: 'Look-ups in a cache, by tier and result.',
    labelNames: ['tier', 'result'] as const,
    registers,
    // Most requests are this one, and a number costs a tenth of a look at the labels.
    collect() {
      if (memoryHits > 0) this.inc({ tier: 'memory', result: 'hit' }, memoryHits);
      memoryHits = 0;
    },
  });
  const coalesced = new Counter({
    name: 'tuohs_coalesced_requests_total',
    help: 'Requests that joined the flight of another one with the same text.',
    registers,
  });
  const attempts = new Counter({
    name: 'tuohs_upstream_attempts_total',
    help: 'Requests to SHOUTCLOUD, by outcome.',
    labelNames: ['outcome'] as const,
    registers,
  });
  const attemptSeconds = new Histogram({
    name: 'tuohs_upstream_attempt_duration_seconds',
    help: 'How long a request to SHOUTCLOUD took, whatever its outcome.',
    buckets: ATTEMPT_SECONDS,
    registers,
  });
  const batchSize = new Histogram({
    name: 'tuohs_upstream_batch_size',
    help: 'Strings that travelled together in one call.',
    buckets: BATCH_STRINGS,
    registers,
  });
  const lastSuccess = new Gauge({
    name: 'tuohs_upstream_last_success_timestamp_seconds',
    help: 'When SHOUTCLOUD last gave a right answer; 0 before the first.',
    aggregator: 'max',
    registers,
  });
  const wrong = new Counter({
    name: 'tuohs_verification_failures_total',
    help: "Answers that were not their text's upper case, by where they came from.",
    labelNames: ['source'] as const,
    registers,
  });
  const fallbacks = new Counter({
    name: 'tuohs_fallback_answers_total',
    help: 'Strings answered by our own mapping because SHOUTCLOUD could not.',
    registers,
  });
  const redisSeconds = new QuickHistogram({
    name: 'tuohs_redis_operation_duration_seconds',
    help: 'How long Redis took; skipped operations were never sent.',
    labelNames: ['op', 'outcome'],
    buckets: REDIS_SECONDS,
    registers,
  });
  const bulkLines = new Counter({
    name: 'tuohs_bulk_lines_total',
    help: 'Lines of bulk requests, by how they ended.',
    labelNames: ['outcome'] as const,
    registers,
  });
  const shed = new Counter({
    name: 'tuohs_shed_requests_total',
    help: 'Requests turned away before their work began, by what was short.',
    labelNames: ['reason'] as const,
    registers,
  });
  new Gauge({
    name: 'tuohs_build_info',
    help: 'Always 1; the labels say what runs.',
    aggregator: 'first',
    labelNames: ['version', 'node'] as const,
    registers,
  }).set({ version, node: process.version }, 1);

  return {
    emit: count,
    read: (readings) => addReadings(readings, registers),
    text: async (type: string = METRICS_TYPES[0]) =>
      type === METRICS_TYPES[0] ? registry.metrics() : metricsText([ofOneProcess(await series())], type),
    series,
    types: METRICS_TYPES,
  };

  function series(): Promise<Series> {
    return registry.getMetricsAsJSON();
  }

  function count(event: Event): void {
    switch (event.type) {
      case 'answered':
        return requests.tally(
          { method: event.method, route: event.route, status: event.status },
          event.durationMs / 1000,
        );
      case 'cache-read':
        if (event.tier === 'memory' && event.result === 'hit') memoryHits++;
        else cacheReads.inc({ tier: event.tier, result: event.result });
        return;
      case 'coalesced':
        return coalesced.inc();
      case 'attempt':
        if (event.outcome === 'success') lastSuccess.set(epochMs() / 1000);
        attempts.inc({ outcome: event.outcome });
        return attemptSeconds.observe(event.durationMs / 1000);
      case 'batch':
        return batchSize.observe(event.strings);
      case 'verification-failed':
        return wrong.inc({ source: event.source });
      case 'fallback':
        return fallbacks.inc();
      case 'redis-operation':
        return redisSeconds.tally({ op: event.op, outcome: event.outcome }, event.durationMs / 1000);
      case 'bulk-lines':
        return bulkLines.inc({ outcome: event.outcome }, event.lines);
      case 'shed':
        return shed.inc({ reason: event.reason });
      case 'breaker':
      case 'redis-connection':
      case 'trace-export':
      case 'failed':
      case 'listening':
      case 'worker-listening':
      case 'worker-ended':
      case 'draining':
      case 'closed':
        return;
    }
  }
}

/** There is nothing to add up, so that series which make no sense as a sum stay, too. */
function ofOneProcess(series: Series): Series {
  return series.map((metric) => ({ ...metric, aggregator: 'first' }));
}

/** Lines of the log that found no room, because whoever reads it is too slow or gone. */
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

function addReadings(readings: Readings, registers: Registry[]): void {
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
