import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faster } from '../../../scripts/monitoring/faster.ts';

for (const [slow, fast] of [
  ['    for: 2m', '    for: 12000ms'],
  ['keep_firing_for: 7m', 'keep_firing_for: 42000ms'],
  ['  scrape_interval: 15s', '  scrape_interval: 1500ms'],
  ['  group_wait: 0s', '  group_wait: 0ms'],
  ['rate(a[5m]) / rate(b[3d])', 'rate(a[30000ms]) / rate(b[25920000ms])'],
  ['a unless a offset 1h > 0', 'a unless a offset 360000ms > 0'],
] as const) {
  test(`ten times faster, "${slow}" is "${fast}"`, () => {
    assert.equal(faster(slow, 10), fast);
  });
}

for (const text of ['record: tuohs:failed:ratio_rate5m', 'summary: gone for: 5m or so', '> 14.4 * 0.001']) {
  test(`"${text}" stays as it is`, () => {
    assert.equal(faster(text, 10), text);
  });
}
