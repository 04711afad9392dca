import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seriesTable } from '../../../scripts/monitoring/series-table.ts';
import type { Event } from '../../../src/core/events.ts';
import type { Status } from '../../../src/telemetry/metrics.ts';
import { FAKE_EPOCH_MS } from '../../support/fake-clock.ts';
import { matches } from '../../support/pages.ts';
import { measured, ONE_OF_EACH } from './metrics-under-test.ts';

const ANSWERED = { type: 'answered', method: 'POST', route: '/v1', status: 200, requestId: 'id' } as const;
const READING = { type: 'cache-read' } as const;
const ATTEMPT = { type: 'attempt', durationMs: 250 } as const;
const REDIS = { type: 'redis-operation', durationMs: 250 } as const;
const REDIS_SECONDS = 'redis_operation_duration_seconds';
const ROUTE = 'method="POST",route="/v1",status="200"';
const LAST_SUCCESS = 'upstream_last_success_timestamp_seconds';

/** The series that each event changes, and by how much. Durations are in seconds. */
const COUNTED: [series: string, value: number, event: Event][] = [
  [`http_request_duration_seconds_count{${ROUTE}}`, 1, { ...ANSWERED, durationMs: 250 }],
  [`http_request_duration_seconds_sum{${ROUTE}}`, 0.25, { ...ANSWERED, durationMs: 250 }],
  ['cache_requests_total{tier="memory",result="hit"}', 1, { ...READING, tier: 'memory', result: 'hit' }],
  ['cache_requests_total{tier="redis",result="miss"}', 1, { ...READING, tier: 'redis', result: 'miss' }],
  ['coalesced_requests_total', 1, { type: 'coalesced' }],
  ['upstream_attempts_total{outcome="timeout"}', 1, { ...ATTEMPT, outcome: 'timeout' }],
  ['upstream_attempt_duration_seconds_sum', 0.25, { ...ATTEMPT, outcome: 'timeout' }],
  ['upstream_batch_size_count', 1, { type: 'batch', texts: 64 }],
  ['verification_failures_total{source="redis"}', 1, { type: 'verification-failed', source: 'redis' }],
  ['fallback_answers_total', 1, { type: 'fallback' }],
  [`${REDIS_SECONDS}_count{op="set",outcome="skipped"}`, 1, { ...REDIS, op: 'set', outcome: 'skipped' }],
  [`${REDIS_SECONDS}_sum{op="get",outcome="success"}`, 0.25, { ...REDIS, op: 'get', outcome: 'success' }],
  ['shed_requests_total{reason="event_loop"}', 1, { type: 'shed', reason: 'event_loop' }],
  ['bulk_lines_total{outcome="local"}', 3, { type: 'bulk-lines', outcome: 'local', lines: 3 }],
  [LAST_SUCCESS, FAKE_EPOCH_MS / 1000 / 2, { ...ATTEMPT, outcome: 'success' }],
  [LAST_SUCCESS, 0, { ...ATTEMPT, outcome: 'wrong' }],
];
for (const [series, value, event] of COUNTED) {
  test(`"${event.type}" adds ${value} to tuohs_${series}`, () => {
    const metrics = measured([event, event]);

    assert.equal(metrics.values().get(`tuohs_${series}`), 2 * value);
  });
}

const STATE: Status = {
  requests: { inFlight: 3, heldBytes: 4, connections: 5 },
  upstream: { breaker: 'half-open', retryBudgetTokens: 6 },
  memory: { bytes: 7 },
  redis: { isUp: true, trouble: 'wrong_password' },
};

for (const [series, value] of [
  ['tuohs_in_flight_requests', 3],
  ['tuohs_held_bytes', 4],
  ['tuohs_open_connections', 5],
  ['tuohs_retry_budget_tokens', 6],
  ['tuohs_cache_bytes', 7],
  ['tuohs_redis_up', 1],
  ['tuohs_redis_trouble{reason="wrong_password"}', 1],
  ['tuohs_redis_trouble{reason="refused"}', 0],
  ['tuohs_breaker_state{state="half-open"}', 1],
  ['tuohs_breaker_state{state="closed"}', 0],
  ['tuohs_log_lines_dropped_total', 8],
  [`tuohs_build_info{version="1.2.3",node="${process.version}"}`, 1],
] as const) {
  test(`${series} is read when it is asked for: ${value}`, () => {
    assert.equal(measured([], STATE, 8).values().get(series), value);
  });
}

test('without Redis in the settings there are no series about its connection', () => {
  const names = [...measured([], { redis: undefined }).values().keys()];

  assert.ok(!names.some((name) => /^tuohs_redis_(up|trouble)/.test(name)));
});

test('the series of ours are those that are documented, with their labels', async () => {
  const text = await measured(ONE_OF_EACH).text();

  const found = [...text.matchAll(/^# TYPE (tuohs_\S+) (\w+)\n(.*)/gm)];
  const ours = found.map(([, name = '', type = '', line = '']) => {
    return { name, type, labels: matches(line, /(\w+)="/g).filter((label) => label !== 'le') };
  });

  // A single process has no series about workers.
  const documented = (await seriesTable()).filter(({ name }) => !name.startsWith('tuohs_worker'));
  assert.deepEqual(
    ours.sort((a, b) => (a.name < b.name ? -1 : 1)),
    documented.map(({ name, type, labels }) => ({ name, type, labels })),
  );
});
