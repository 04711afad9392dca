import type { Clock } from '../core/clock.ts';
import { type BreakerState, type Listeners, REDIS_TROUBLES, type RedisTrouble } from '../core/events.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { type Registry, registry } from './registry.ts';
import { METRICS_TYPES, seriesText } from './series-text.ts';

export type Metrics = ReturnType<typeof metrics>;

/** The parts of `GET /status` that are gauges, too. */
export interface Status {
  readonly requests: { readonly inFlight: number; readonly heldBytes: number; readonly connections: number };
  readonly upstream: { readonly breaker: BreakerState; readonly retryBudgetTokens: number };
  readonly memory: { readonly bytes: number } | undefined;
  /** `undefined` if REDIS_URL is not set. Then there are no series about Redis, so no alert about it can fire. */
  readonly redis: { readonly isUp: boolean; readonly trouble: RedisTrouble | undefined } | undefined;
}

/** The metrics of this process. All labels come from closed sets, so no text, path or address of a user is ever a label. */
export function metrics({ version, clock }: { version: string; clock: Pick<Clock, 'epochMs'> }) {
  const all = registry();
  addProcessMetrics(all, clock);
  const listeners = eventCounts(all, clock);
  const build = { version, node: process.version };
  all.reading('tuohs_build_info', 'Always 1; the labels say what runs.', () => [[build, 1]], 'first');
  return {
    listeners,
    /** Adds the series that are read whenever the metrics are asked for. Call it once. */
    read(status: () => Status, logLinesDropped: () => number): void {
      addReadings(all, status);
      addDroppedLines(all, logLinesDropped);
    },
    /** All series as this media type; Prometheus' text format by default. */
    text: (type?: string) => seriesText(all.series(), type),
    /** All series as plain data, which can be added up with the series of other processes. */
    series: all.series,
    types: METRICS_TYPES,
  };
}

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3.5];
const ATTEMPT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1];
const REDIS_SECONDS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1];
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128];

/** The series that are counted from events. The labels of a series are fields of its event. */
function eventCounts(all: Registry, { epochMs }: Pick<Clock, 'epochMs'>): Listeners {
  const { counter, durations } = all;
  const attempts = counter('tuohs_upstream_attempts_total', 'Requests to SHOUTCLOUD.', 'outcome');
  const attemptSeconds = durations(
    'tuohs_upstream_attempt_duration_seconds',
    'How long a request to SHOUTCLOUD took, with any outcome.',
    ATTEMPT_SECONDS,
  );
  const help = 'Texts in one request to SHOUTCLOUD.';
  const batchSize = all.histogram('tuohs_upstream_batch_size', help, BATCH_SIZES);
  const bulkLines = counter('tuohs_bulk_lines_total', 'Lines of bulk requests.', 'outcome');
  let lastSuccessMs = 0;
  all.reading(
    'tuohs_upstream_last_success_timestamp_seconds',
    'When SHOUTCLOUD last gave a right answer; 0 before the first.',
    () => lastSuccessMs / 1000,
    'max',
  );

  return {
    answered: durations(
      'tuohs_http_request_duration_seconds',
      'From the arrival of the headers to the end of the answer.',
      REQUEST_SECONDS,
      'method',
      'route',
      'status',
    ),
    attempt(event) {
      if (event.outcome === 'success') lastSuccessMs = epochMs();
      attempts(event);
      attemptSeconds(event);
    },
    batch: (event) => batchSize(event, event.texts),
    'bulk-lines': (event) => bulkLines(event, event.lines),
    'cache-read': counter('tuohs_cache_requests_total', 'Look-ups in a cache.', 'tier', 'result'),
    coalesced: counter('tuohs_coalesced_requests_total', 'Requests that shared the answer of an equal one.'),
    fallback: counter('tuohs_fallback_answers_total', 'Texts answered by our own mapping.'),
    'redis-operation': durations(
      'tuohs_redis_operation_duration_seconds',
      'How long Redis took; skipped operations were not sent.',
      REDIS_SECONDS,
      'op',
      'outcome',
    ),
    shed: counter('tuohs_shed_requests_total', 'Requests refused before their work began.', 'reason'),
    'verification-failed': counter(
      'tuohs_verification_failures_total',
      'Answers that failed verification.',
      'source',
    ),
  };
}

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'open', 'half-open'];

function addReadings({ reading }: Registry, status: () => Status): void {
  const requests = (what: keyof Status['requests']) => () => status().requests[what];
  reading('tuohs_in_flight_requests', 'Requests under way.', requests('inFlight'));
  reading('tuohs_held_bytes', 'Bytes that clients make the process hold.', requests('heldBytes'));
  reading('tuohs_open_connections', 'Open connections of clients.', requests('connections'));
  reading('tuohs_cache_bytes', 'Size of the memory cache.', () => status().memory?.bytes ?? 0);
  const tokens = () => status().upstream.retryBudgetTokens;
  reading('tuohs_retry_budget_tokens', 'Retries that are allowed right now.', tokens, 'min');
  if (status().redis) addRedis(reading, () => status().redis);
  reading(
    'tuohs_breaker_state',
    "1 for the state that SHOUTCLOUD's breaker is in.",
    () => BREAKER_STATES.map((state) => [{ state }, Number(status().upstream.breaker === state)]),
    'max',
  );
}

function addRedis(reading: Registry['reading'], redis: () => Status['redis']): void {
  reading('tuohs_redis_up', '1 while Redis is connected.', () => Number(redis()?.isUp), 'min');
  reading(
    'tuohs_redis_trouble',
    '1 for the reason why Redis is not connected, or does not do its work.',
    () => Object.keys(REDIS_TROUBLES).map((reason) => [{ reason }, Number(redis()?.trouble === reason)]),
    'max',
  );
}

export function addDroppedLines({ reading }: Registry, dropped: () => number): void {
  const help = 'Log lines that were dropped because their reader was too slow or gone.';
  reading('tuohs_log_lines_dropped_total', help, dropped);
}
