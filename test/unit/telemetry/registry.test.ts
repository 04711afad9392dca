import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as library from '@prometheus-io/client';
import fc from 'fast-check';
import { registry } from '../../../src/telemetry/registry.ts';
import { METRICS_TYPES, type Series, seriesText, summedSeries } from '../../../src/telemetry/series-text.ts';

const [, OPEN] = METRICS_TYPES;
const LABELS = ['method', 'status'] as const;
const BOUNDS = [0.001, 0.01, 0.1];

const observation = fc.record({
  method: fc.constantFrom('GET', 'POST', '\\"\n'),
  status: fc.constantFrom(200, 404),
  // A value that equals a bound belongs to its bucket.
  value: fc.oneof(fc.constantFrom(0, ...BOUNDS), fc.double({ min: 0, max: 1, noNaN: true })),
});

test("the text is that of Prometheus' own client, also for two processes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(observation), async (observations) => {
      const [ours, theirs] = [ourMetrics(), theirMetrics()];

      for (const { method, status, value } of observations) {
        for (const { plain, total, seconds, plainSeconds } of [ours, theirs]) {
          plain(value);
          total({ method, status }, value);
          seconds({ method, status }, value);
          plainSeconds(value);
        }
      }

      const series = ours.all.series();
      const theirSeries = await theirs.all.getMetricsAsJSON();
      assert.equal(seriesText(series), await theirs.all.metrics());
      const twice = await library.Registry.aggregate([theirSeries, theirSeries]).metrics();
      // When the library adds up processes, only the order of its lines differs from ours.
      assert.deepEqual(sorted(seriesText(summedSeries([series, series]))), sorted(twice));
    }),
  );
});

test('a reading that throws has no value, and the others have theirs', () => {
  const all = registry();
  all.reading('a_bytes', 'A.', () => assert.fail());
  all.reading('b_bytes', 'B.', () => 2);

  const a = '# HELP a_bytes A.\n# TYPE a_bytes gauge\n';
  assert.equal(seriesText(all.series()), `${a}\n# HELP b_bytes B.\n# TYPE b_bytes gauge\nb_bytes 2\n`);
});

test('a reading with labels has one value for each of them', () => {
  const all = registry();
  all.reading('a_bytes', 'A.', () => [
    [{ kind: 'x', size: 1 }, Number.POSITIVE_INFINITY],
    [{ kind: 'y', size: 2 }, Number.NaN],
  ]);

  assert.match(
    seriesText(all.series()),
    /^a_bytes\{kind="x",size="1"\} \+Inf\na_bytes\{kind="y",size="2"\} NaN\n/m,
  );
});

test('in OpenMetrics a counter is named without `_total`, and the text ends with `# EOF`', () => {
  const all = registry();
  all.counter('a_total', 'A.', 'kind')({ kind: 'x' }, 2);
  all.reading('b_bytes', 'B.', () => 3);

  assert.equal(
    seriesText(summedSeries([all.series(), all.series()]), OPEN),
    [
      ...['# HELP a A.', '# TYPE a counter', 'a_total{kind="x"} 4'],
      ...['# HELP b_bytes B.', '# TYPE b_bytes gauge', 'b_bytes 6'],
      '# EOF\n',
    ].join('\n'),
  );
});

test('in OpenMetrics the lines of a histogram with the same labels come together', () => {
  const [one, other] = ['x', 'y'].map((kind) => {
    const all = registry();
    all.histogram('d_seconds', 'D.', [1], 'kind')({ kind }, 0.5);
    return all.series();
  });

  const text = seriesText(summedSeries([one ?? [], other ?? []]), OPEN);

  const kinds = [...text.matchAll(/kind="(.)"/g)].map(([, kind]) => kind).join('');
  assert.equal(kinds, 'xxxxyyyy');
});

test('each way to combine 1 and 3 gives its own value', () => {
  const combined = (['sum', 'min', 'max', 'first'] as const).map((combine) => {
    const parts = [1, 3].map((value): Series => {
      const all = registry();
      all.reading('a_bytes', 'A.', () => value, combine);
      return all.series();
    });
    return summedSeries(parts)[0]?.values.get('');
  });

  assert.deepEqual(combined, [4, 1, 3, 1]);
});

function sorted(text: string): string[] {
  return text.split('\n').sort();
}

function ourMetrics() {
  const all = registry();
  const plain = all.counter('plain_total', 'Plain.');
  const total = all.counter('labelled_total', 'Labelled.', ...LABELS);
  const seconds = all.histogram('seconds', 'Time.', BOUNDS, ...LABELS);
  const plainSeconds = all.histogram('plain_seconds', 'Time.', BOUNDS);
  return {
    ...{ all, total, seconds },
    plain: (value: number) => plain({}, value),
    plainSeconds: (value: number) => plainSeconds({}, value),
  };
}

function theirMetrics() {
  const all = new library.Registry();
  const registers = [all];
  const [labelNames, buckets] = [[...LABELS], BOUNDS];
  const plain = new library.Counter({ name: 'plain_total', help: 'Plain.', registers });
  const total = new library.Counter({ name: 'labelled_total', help: 'Labelled.', labelNames, registers });
  const seconds = new library.Histogram({ name: 'seconds', help: 'Time.', labelNames, buckets, registers });
  const plainSeconds = new library.Histogram({ name: 'plain_seconds', help: 'Time.', buckets, registers });
  return {
    all,
    plain: (value: number) => plain.inc(value),
    total: (labels: { method: string; status: number }, value: number) => total.inc(labels, value),
    seconds: (labels: { method: string; status: number }, value: number) => seconds.observe(labels, value),
    plainSeconds: (value: number) => plainSeconds.observe(value),
  };
}
