import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import { METRICS_TYPES, metricsText } from '../../../src/telemetry/summed-metrics.ts';

const [TEXT, OPEN] = METRICS_TYPES;

async function someSeries() {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'a_total', help: 'A.', labelNames: ['kind'], registers }).inc({ kind: 'x' }, 2);
  new Gauge({ name: 'b_bytes', help: 'B.', registers }).set(3);
  new Histogram({ name: 'c_seconds', help: 'C.', buckets: [1], registers }).observe(0.5);
  return registry.getMetricsAsJSON();
}

test('in OpenMetrics a counter is named without the end of its series, and the text has an end', async () => {
  const text = await metricsText([await someSeries(), await someSeries()], OPEN);

  assert.equal(
    text,
    [
      ...['# HELP a A.', '# TYPE a counter', 'a_total{kind="x"} 4'],
      ...['# HELP b_bytes B.', '# TYPE b_bytes gauge', 'b_bytes 6'],
      ...['# HELP c_seconds C.', '# TYPE c_seconds histogram', 'c_seconds_bucket{le="1"} 2'],
      ...['c_seconds_bucket{le="+Inf"} 2', 'c_seconds_sum 1', 'c_seconds_count 2'],
      '# EOF\n',
    ].join('\n'),
  );
});

test('in OpenMetrics the lines of a histogram with the same labels come together', async () => {
  const registry = new Registry();
  const seconds = new Histogram({
    ...{ name: 'd_seconds', help: 'D.', labelNames: ['kind'], buckets: [1] },
    registers: [registry],
  });
  seconds.observe({ kind: 'x' }, 0.5);
  seconds.observe({ kind: 'y' }, 0.5);

  const text = await metricsText([await registry.getMetricsAsJSON()], OPEN);

  const kinds = [...text.matchAll(/kind="(.)"/g)].map(([, kind]) => kind).join('');
  assert.equal(kinds, 'xxxxyyyy');
});

test('to write OpenMetrics changes nothing of the text that is written next', async () => {
  const series = await someSeries();
  const before = await metricsText([series], TEXT);

  await metricsText([series], OPEN);

  assert.equal(await metricsText([series], TEXT), before);
  assert.match(before, /^# TYPE a_total counter$/m);
});
