import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measured, ONE_OF_EACH } from './metrics-under-test.ts';

/** Every series of ours: its type and its labels. */
const SERIES: Record<string, readonly [type: string, ...labels: string[]]> = {
  tuohs_http_request_duration_seconds: ['histogram', 'method', 'route', 'status'],
  tuohs_in_flight_requests: ['gauge'],
  tuohs_held_bytes: ['gauge'],
  tuohs_open_connections: ['gauge'],
  tuohs_cache_requests_total: ['counter', 'tier', 'result'],
  tuohs_cache_bytes: ['gauge'],
  tuohs_coalesced_requests_total: ['counter'],
  tuohs_upstream_attempts_total: ['counter', 'outcome'],
  tuohs_upstream_attempt_duration_seconds: ['histogram'],
  tuohs_upstream_batch_size: ['histogram'],
  tuohs_upstream_last_success_timestamp_seconds: ['gauge'],
  tuohs_retry_budget_tokens: ['gauge'],
  tuohs_breaker_state: ['gauge', 'state'],
  tuohs_verification_failures_total: ['counter', 'source'],
  tuohs_fallback_answers_total: ['counter'],
  tuohs_redis_up: ['gauge'],
  tuohs_redis_trouble: ['gauge', 'reason'],
  tuohs_redis_operation_duration_seconds: ['histogram', 'op', 'outcome'],
  tuohs_bulk_lines_total: ['counter', 'outcome'],
  tuohs_shed_requests_total: ['counter', 'reason'],
  tuohs_log_lines_dropped_total: ['counter'],
  tuohs_build_info: ['gauge', 'version', 'node'],
};

for (const [name, [type, ...labels]] of Object.entries(SERIES)) {
  test(`${name} is a ${type} with ${labels.length === 0 ? 'no labels' : `the labels ${labels.join(', ')}`}`, async () => {
    const metrics = measured(ONE_OF_EACH);

    const text = await metrics.text();

    assert.match(text, new RegExp(`^# HELP ${name} \\S`, 'm'));
    assert.match(text, new RegExp(`^# TYPE ${name} ${type}$`, 'm'));
    const suffix = type === 'histogram' ? '_count' : '';
    const [, found = ''] =
      new RegExp(`^${name}${suffix}(?:\\{(.*)\\})? `, 'm').exec(text) ?? assert.fail('no sample');
    assert.deepEqual(namesIn(found), labels);
  });
}

test('there are no series of ours beside these', async () => {
  const metrics = measured(ONE_OF_EACH);

  const names = [...(await metrics.text()).matchAll(/^# TYPE (tuohs_\S+)/gm)].map(([, name]) => name);

  assert.deepEqual(names.sort(), Object.keys(SERIES).sort());
});

test('the text format has one sample or comment a line, and ends with a line feed', async () => {
  const metrics = measured(ONE_OF_EACH);

  const text = await metrics.text();

  const label = String.raw`[a-z]+="(?:[^"\\\n]|\\["\\n])*"`;
  const sample = `[a-z_:][a-z0-9_:]*(\\{${label}(,${label})*\\})? (-?[0-9.]+(e[+-]?\\d+)?|NaN|[+-]Inf)`;
  const line = new RegExp(
    `^(# HELP [a-z0-9_:]+ .+|# TYPE [a-z0-9_:]+ (counter|gauge|histogram|summary)|${sample})?$`,
    'i',
  );
  assert.deepEqual(
    text.split('\n').filter((each) => !line.test(each)),
    [],
  );
  assert.ok(text.endsWith('\n'));
  assert.match(metrics.types[0], /^text\/plain; version=[\d.]+; charset=utf-8/);
});

test('no series is there twice', async () => {
  const metrics = measured(ONE_OF_EACH);

  const samples = (await metrics.text()).match(/^[a-z].*$/gim);

  assert.equal((await metrics.series()).size, samples?.length);
});

test('the buckets of each histogram grow up to all there is', async () => {
  const metrics = measured(ONE_OF_EACH);

  const series = await metrics.series();

  for (const name of Object.keys(SERIES).filter((each) => SERIES[each]?.[0] === 'histogram')) {
    const buckets = [...series]
      .filter(([each]) => each.startsWith(`${name}_bucket`))
      .map(([, count]) => Number(count));
    assert.deepEqual(
      buckets,
      buckets.toSorted((a, b) => a - b),
    );
    assert.equal(buckets.at(-1), 1, name);
  }
});

test('OpenMetrics has the same series with the same values', async () => {
  const metrics = measured(ONE_OF_EACH);
  const samples = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('tuohs_'))
      .sort();

  const open = await metrics.text(metrics.types[1]);

  assert.deepEqual(samples(open), samples(await metrics.text()));
  assert.match(open, /^# TYPE process_start_time_seconds gauge$/m);
  assert.match(open, /^# TYPE tuohs_coalesced_requests counter$/m);
  assert.ok(open.endsWith('\n# EOF\n'));
});

function namesIn(labels: string): string[] {
  return [...labels.matchAll(/(\w+)="/g)].map(([, name = '']) => name);
}
