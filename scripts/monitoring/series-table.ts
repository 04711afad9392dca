import { systemClock } from '../../src/core/clock.ts';
import { emitTo } from '../../src/core/events.ts';
import { metrics, type Status } from '../../src/telemetry/metrics.ts';
import { summedMetrics } from '../../src/telemetry/summed-metrics.ts';

/** What is known about a series before anything was counted. */
export interface SeriesRow {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly unit: string;
  readonly help: string;
}

/** The status of an idle service with Redis. */
export const AT_REST: Status = {
  requests: { inFlight: 0, heldBytes: 0, connections: 0 },
  upstream: { breaker: 'closed', retryBudgetTokens: 20 },
  memory: { bytes: 0 },
  redis: { isUp: false, trouble: undefined },
};

/** Every series that tuohs can have, sorted by name, including those for Redis and for several workers. */
export async function seriesTable(): Promise<SeriesRow[]> {
  const measured = metrics({ version: '0', clock: systemClock });
  measured.read(
    () => AT_REST,
    () => 0,
  );
  const summed = summedMetrics({ serving: () => 1, logLinesDropped: () => 0 });
  emitTo(summed.listeners)({ type: 'worker-listening', pid: 1 });
  const text = await summed.text([{ pid: 1, answer: await measured.series() }]);
  return [...text.matchAll(/^# HELP (tuohs_\w+) (.+)\n# TYPE \w+ (\w+)$/gm)]
    .map(([, name = '', help = '', type = '']) => ({
      name,
      type,
      help,
      unit: unitOf(name, type),
      labels: LABELS[name] ?? [],
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The labels of each series. They are listed here, because the text format shows labels only after something was counted. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  tuohs_http_request_duration_seconds: ['method', 'route', 'status'],
  tuohs_cache_requests_total: ['tier', 'result'],
  tuohs_upstream_attempts_total: ['outcome'],
  tuohs_verification_failures_total: ['source'],
  tuohs_redis_operation_duration_seconds: ['op', 'outcome'],
  tuohs_bulk_lines_total: ['outcome'],
  tuohs_shed_requests_total: ['reason'],
  tuohs_build_info: ['version', 'node'],
  tuohs_breaker_state: ['state'],
  tuohs_redis_trouble: ['reason'],
};

function unitOf(name: string, type: string): string {
  const [, unit = ''] = /_(seconds|bytes|tokens|requests|connections|size|workers)$/.exec(name) ?? [];
  if (unit !== '' && unit !== 'size') return unit;
  if (unit === 'size') return 'texts';
  return type === 'counter' ? 'count' : '0 or 1';
}
