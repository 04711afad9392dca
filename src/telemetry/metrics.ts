import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { Emit, Event } from '../core/events.ts';
import { addProcessMetrics, addReadings, type Readings } from './metric-readings.ts';
import { QuickHistogram } from './quick-histogram.ts';
import { METRICS_TYPES, metricsText, type Series } from './summed-metrics.ts';

export interface Metrics {
  readonly emit: Emit;
  /** Adds the series that are read. To be called once. */
  read(readings: Readings): void;
  /** All series as this media type; Prometheus' text format unless given. */
  text(type?: string): Promise<string>;
  /** The same as plain data, to be added up with those of other processes. */
  series(): Promise<Series>;
  readonly types: typeof METRICS_TYPES;
}

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3.5];
const ATTEMPT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1];
const REDIS_SECONDS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1];
const BATCH_STRINGS = [1, 2, 4, 8, 16, 32, 64, 128];

/** Counts the events. All labels come from closed sets, so no text, path or address of a user is ever a label. */
export function metrics({ version, epochMs }: { version: string; epochMs: () => number }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  addProcessMetrics(registry);

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
    // Most requests are memory hits, and adding to a number costs a tenth of finding a counter by its labels.
    collect() {
      if (memoryHits > 0) this.inc({ tier: 'memory', result: 'hit' }, memoryHits);
      memoryHits = 0;
    },
  });
  const coalesced = counter(
    'tuohs_coalesced_requests_total',
    'Requests that joined the flight of another one with the same text.',
  );
  const attempts = counter('tuohs_upstream_attempts_total', 'Requests to SHOUTCLOUD, by outcome.', 'outcome');
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
  const wrong = counter(
    'tuohs_verification_failures_total',
    "Answers that were not their text's upper case, by where they came from.",
    'source',
  );
  const fallbacks = counter(
    'tuohs_fallback_answers_total',
    'Strings answered by our own mapping because SHOUTCLOUD could not.',
  );
  const redisSeconds = new QuickHistogram({
    name: 'tuohs_redis_operation_duration_seconds',
    help: 'How long Redis took; skipped operations were never sent.',
    labelNames: ['op', 'outcome'],
    buckets: REDIS_SECONDS,
    registers,
  });
  const bulkLines = counter(
    'tuohs_bulk_lines_total',
    'Lines of bulk requests, by how they ended.',
    'outcome',
  );
  const shed = counter(
    'tuohs_shed_requests_total',
    'Requests turned away before their work began, by what was short.',
    'reason',
  );
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

  function counter<Label extends string = never>(name: string, help: string, ...labelNames: Label[]) {
    return new Counter({ name, help, labelNames, registers });
  }

  function series(): Promise<Series> {
    return registry.getMetricsAsJSON();
  }

  function count(event: Event): void {
    switch (event.type) {
      case 'answered':
        return requests.add(
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
        return redisSeconds.add({ op: event.op, outcome: event.outcome }, event.durationMs / 1000);
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

/** With one process there is nothing to add up, so series that make no sense as a sum stay as they are. */
function ofOneProcess(series: Series): Series {
  return series.map((metric) => ({ ...metric, aggregator: 'first' }));
}
