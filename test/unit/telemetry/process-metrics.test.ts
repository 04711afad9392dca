import assert from 'node:assert/strict';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { test } from 'node:test';
import * as library from '@prometheus-io/client';
import { systemClock } from '../../../src/core/clock.ts';
import { addProcessMetrics } from '../../../src/telemetry/process-metrics.ts';
import { registry } from '../../../src/telemetry/registry.ts';
import type { Series } from '../../../src/telemetry/series-text.ts';
import { pick } from '../../support/pick.ts';
import { hasProc } from '../../support/process-state.ts';
import { until } from '../../support/until.ts';

const A_DAY_MS = 86_400_000;

test("each series of the process has the name and the type that Prometheus' own client gives it", async () => {
  const theirs = new library.Registry();
  library.collectDefaultMetrics({ register: theirs, eventLoopUtilizationTimeout: A_DAY_MS });
  const types = new Map((await theirs.getMetricsAsJSON()).map(({ name, type }) => [name, type]));

  const ours = ownSeries();

  assert.ok(ours.length > 0);
  for (const { name, type } of ours) assert.equal(type, types.get(name), name);
});

test('the figures are those of this process', { skip: !hasProc }, () => {
  const usedSeconds = () => Object.values(process.cpuUsage()).reduce((sum, part) => sum + part / 1e6, 0);
  const beforeSeconds = usedSeconds();
  const values = valuesOf(ownSeries());
  const value = (name: string) => values.get(name) ?? Number.NaN;

  // The start time has whole seconds, so it can be the current second.
  assert.ok(value('process_start_time_seconds') <= systemClock.epochMs() / 1000);
  assert.ok(value('process_cpu_seconds_total') >= beforeSeconds);
  assert.ok(value('process_cpu_seconds_total') <= usedSeconds());
  assert.ok(value('process_resident_memory_bytes') > value('nodejs_heap_size_used_bytes'));
  assert.ok(value('nodejs_heap_size_used_bytes') > 1_000_000);
  assert.ok(value('nodejs_heap_size_total_bytes') >= value('nodejs_heap_size_used_bytes'));
  assert.ok(value('process_max_fds') >= value('process_open_fds'));
  assert.ok(value('process_open_fds') > 2);
});

test('the delay of the event loop begins again after each reading', async (t) => {
  const startedMs = performance.now();
  const all = registry();
  addProcessMetrics(all, systemClock);
  const lagSeconds = () => valuesOf(all.series()).get('nodejs_eventloop_lag_max_seconds');
  // The test has a monitor of its own, because reading the metric would reset the delay.
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  await until(t, () => delays.count > 1);

  const readings = [lagSeconds(), lagSeconds()];

  // A delay cannot be longer than the time during which it was measured.
  assert.ok(readings[0] && readings[0] < (2 * (performance.now() - startedMs)) / 1000);
  assert.equal(readings[1], 0);
});

test('the delay of the event loop of several workers is that of the slowest', () => {
  const delays = ownSeries().filter(({ name }) => name.includes('lag'));

  assert.deepEqual(pick(delays, 'combine'), ['max', 'max']);
});

test('garbage collections are counted in seconds', async (t) => {
  let theirsMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) theirsMs += duration;
  });
  // This observer begins before the one under test and ends after it, so it sees at least as much.
  observer.observe({ entryTypes: ['gc'] });
  t.after(() => observer.disconnect());
  const all = registry();
  addProcessMetrics(all, systemClock);
  const manyObjects = `[${Array(100_000).fill('{}')}]`;

  const ourSeconds = () => {
    JSON.parse(manyObjects);
    const { values = new Map() } =
      all.series().find(({ name }) => name === 'nodejs_gc_duration_seconds') ?? {};
    return [...values].reduce((sum, [end, value]) => (end.startsWith('_sum') ? sum + value : sum), 0);
  };
  await until(t, () => ourSeconds() > 0);

  assert.ok(Math.floor(ourSeconds() * 1000) <= theirsMs);
});

function ownSeries(): Series {
  const all = registry();
  addProcessMetrics(all, systemClock);
  return all.series();
}

/** The values of the series without labels, by name. */
function valuesOf(series: Series): ReadonlyMap<string, number> {
  return new Map(series.map(({ name, values }) => [name, values.get('') ?? Number.NaN]));
}
