import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../../src/core/events.ts';
import { FAKE_EPOCH_MS } from '../../support/fake-clock.ts';
import { measured, ONE_OF_EACH } from './metrics-under-test.ts';

const counted: { series: string; event: Event }[] = [
  {
    series: 'tuohs_http_request_duration_seconds_count{method="POST",route="/v1",status="200"}',
    event: { type: 'answered', method: 'POST', route: '/v1', status: 200, durationMs: 12, requestId: 'id' },
  },
  {
    series: 'tuohs_cache_requests_total{tier="memory",result="hit"}',
    event: { type: 'cache-read', tier: 'memory', result: 'hit' },
  },
  {
    series: 'tuohs_cache_requests_total{tier="redis",result="miss"}',
    event: { type: 'cache-read', tier: 'redis', result: 'miss' },
  },
  { series: 'tuohs_coalesced_requests_total', event: { type: 'coalesced' } },
  {
    series: 'tuohs_upstream_attempts_total{outcome="timeout"}',
    event: { type: 'attempt', outcome: 'timeout', durationMs: 600 },
  },
  {
    series: 'tuohs_upstream_attempt_duration_seconds_count',
    event: { type: 'attempt', outcome: 'success', durationMs: 120 },
  },
  { series: 'tuohs_upstream_batch_size_count', event: { type: 'batch', strings: 64 } },
  {
    series: 'tuohs_verification_failures_total{source="redis"}',
    event: { type: 'verification-failed', source: 'redis' },
  },
  { series: 'tuohs_fallback_answers_total', event: { type: 'fallback' } },
  {
    series: 'tuohs_redis_operation_duration_seconds_count{op="set",outcome="skipped"}',
    event: { type: 'redis-operation', op: 'set', outcome: 'skipped', durationMs: 0 },
  },
  { series: 'tuohs_shed_requests_total{reason="event_loop"}', event: { type: 'shed', reason: 'event_loop' } },
  {
    series: 'tuohs_bulk_lines_total{outcome="local"}',
    event: { type: 'bulk-lines', outcome: 'local', lines: 1 },
  },
];
for (const { series, event } of counted) {
  test(`${series} counts`, async () => {
    const metrics = measured([event, event]);

    assert.equal((await metrics.series()).get(series), '2');
  });
}

for (const [series, event] of Object.entries({
  'tuohs_http_request_duration_seconds_sum{method="POST",route="/v1",status="200"}': {
    ...{ type: 'answered', method: 'POST', route: '/v1', status: 200, durationMs: 250, requestId: 'id' },
  },
  tuohs_upstream_attempt_duration_seconds_sum: { type: 'attempt', outcome: 'timeout', durationMs: 250 },
  'tuohs_redis_operation_duration_seconds_sum{op="get",outcome="success"}': {
    ...{ type: 'redis-operation', op: 'get', outcome: 'success', durationMs: 250 },
  },
} satisfies Record<string, Event>)) {
  test(`${series} is in seconds`, async () => {
    const metrics = measured([event]);

    assert.equal((await metrics.series()).get(series), '0.25');
  });
}

for (const [series, readings] of Object.entries({
  tuohs_in_flight_requests: { inFlight: () => 7 },
  tuohs_held_bytes: { heldBytes: () => 7 },
  tuohs_open_connections: { openConnections: () => 7 },
  tuohs_cache_bytes: { cacheBytes: () => 7 },
  tuohs_retry_budget_tokens: { retryBudgetTokens: () => 7 },
})) {
  test(`${series} is read when it is asked for`, async () => {
    const metrics = measured([], readings);

    assert.equal((await metrics.series()).get(series), '7');
  });
}

for (const [isUp, value] of [
  [true, '1'],
  [false, '0'],
] as const) {
  test(`tuohs_redis_up is ${value} where that is ${isUp}`, async () => {
    const metrics = measured([], { isRedisUp: () => isUp });

    assert.equal((await metrics.series()).get('tuohs_redis_up'), value);
  });
}

test('tuohs_redis_trouble is 1 for the present reason alone', async () => {
  const series = await measured([], { redisTrouble: () => 'wrong_password' }).series();

  assert.equal(series.get('tuohs_redis_trouble{reason="wrong_password"}'), '1');
  assert.equal(series.get('tuohs_redis_trouble{reason="refused"}'), '0');
});

for (const state of ['closed', 'open', 'half-open'] as const) {
  test(`tuohs_breaker_state is 1 for ${state} alone while it is that`, async () => {
    const metrics = measured([], { breakerState: () => state });

    const series = await metrics.series();

    const states = ['closed', 'open', 'half-open'].map((name) =>
      series.get(`tuohs_breaker_state{state="${name}"}`),
    );
    assert.deepEqual(
      states,
      ['closed', 'open', 'half-open'].map((name) => (name === state ? '1' : '0')),
    );
  });
}

test('the last success is the time of day of the last right answer', async () => {
  const metrics = measured([{ type: 'attempt', outcome: 'success', durationMs: 5 }]);

  const seconds = (await metrics.series()).get('tuohs_upstream_last_success_timestamp_seconds');

  assert.equal(Number(seconds), FAKE_EPOCH_MS / 1000);
});

test('a failed attempt is no last success', async () => {
  const metrics = measured([{ type: 'attempt', outcome: 'wrong', durationMs: 5 }]);

  assert.equal((await metrics.series()).get('tuohs_upstream_last_success_timestamp_seconds'), '0');
});

test('the build is named', async () => {
  const metrics = measured([]);

  const series = await metrics.series();

  assert.equal(series.get(`tuohs_build_info{version="1.2.3",node="${process.version}"}`), '1');
});

for (const name of [
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'nodejs_eventloop_lag_seconds',
  'nodejs_heap_size_used_bytes',
]) {
  test(`the usual figure ${name} is there`, async () => {
    const metrics = measured([]);

    assert.ok((await metrics.series()).has(name));
  });
}

test('two apps in one process count by themselves', async () => {
  const [one, other] = [measured(ONE_OF_EACH), measured([])];

  assert.equal((await one.series()).get('tuohs_fallback_answers_total'), '1');
  assert.equal((await other.series()).get('tuohs_fallback_answers_total'), '0');
});
