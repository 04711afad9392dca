import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registry } from '../../../src/telemetry/registry.ts';
import { METRICS_TYPES, type Series, seriesText, summedSeries } from '../../../src/telemetry/series-text.ts';

const [, OPEN] = METRICS_TYPES;

test('in OpenMetrics a counter is named without the end of its series, and the text has an end', () => {
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

test('each way to combine gives its own value of 1 and 3', () => {
  const combined = (['sum', 'average', 'min', 'max', 'first', 'omit'] as const).map((combine) => {
    const parts = [1, 3].map((value): Series => {
      const all = registry();
      all.reading('a_bytes', 'A.', () => value, combine);
      return all.series();
    });
    return summedSeries(parts)[0]?.values.get('');
  });

  assert.deepEqual(combined, [4, 2, 1, 3, 1, undefined]);
});
