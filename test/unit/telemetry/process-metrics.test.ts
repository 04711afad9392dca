import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as library from '@prometheus-io/client';
import { addProcessMetrics } from '../../../src/telemetry/process-metrics.ts';
import { registry } from '../../../src/telemetry/registry.ts';
import { fakeClock } from '../../support/fake-clock.ts';

/**
 * The series of the library that need undocumented functions of Node, and those that break Prometheus' rules for names: gauges that
 * end in `_total`, and names with their type.
 */
const LEFT_OUT = [
  'nodejs_active_handles',
  'nodejs_active_requests',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_eventloop_utilization_histogram',
  'nodejs_eventloop_utilization_summary',
];

const A_DAY_MS = 86_400_000;

function ownMetrics(clock: Parameters<typeof addProcessMetrics>[1] = fakeClock()) {
  const all = registry();
  addProcessMetrics(all, clock);
  const valuesOf = (name: string) => all.series().find((family) => family.name === name)?.values ?? new Map();
  return { all, clock, valuesOf, value: (name: string): number => valuesOf(name).get('') ?? 0 };
}

test("the series of the process have the names, types and sums of Prometheus' own client", async () => {
  const theirs = new library.Registry();
  library.collectDefaultMetrics({ register: theirs, eventLoopUtilizationTimeout: A_DAY_MS });

  const ours = ownMetrics().all.series();

  assert.deepEqual(
    ours.map(({ name, type, combine }) => `${name} ${type} ${combine}`).sort(),
    (await theirs.getMetricsAsJSON())
      .filter(({ name }) => !LEFT_OUT.includes(name))
      .map(({ name, type, aggregator }) => `${name} ${type} ${aggregator}`)
      .sort(),
  );
});

test('the figures are those of this process', () => {
  const { clock, value } = ownMetrics();

  // In whole seconds, so the start of a young process can be the present second.
  assert.ok(value('process_start_time_seconds') <= clock.epochMs() / 1000);
  assert.ok(value('process_cpu_seconds_total') > 0);
  assert.ok(value('process_resident_memory_bytes') > value('nodejs_heap_size_used_bytes'));
  assert.ok(value('nodejs_heap_size_used_bytes') > 1_000_000);
});

test('each heap space and each kind of active resource has a value', () => {
  const { valuesOf } = ownMetrics();

  assert.ok(valuesOf('nodejs_heap_space_size_used_bytes').has('{space="old"}'));
  for (const end of valuesOf('nodejs_active_resources').keys()) assert.match(end, /^\{type="\w+"\}$/);
});

test('the lag of the event loop is how long the turn of the last reading took', () => {
  let nowMs = 0;
  let endTurn = () => {};
  const soon = (run: () => void) => {
    endTurn = run;
    return () => {};
  };
  const { value } = ownMetrics({ ...fakeClock(), now: () => nowMs, soon });

  value('nodejs_eventloop_lag_seconds');
  nowMs = 30;
  endTurn();

  assert.equal(value('nodejs_eventloop_lag_seconds'), 0.03);
});
