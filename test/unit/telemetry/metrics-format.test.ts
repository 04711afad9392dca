import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seriesTable } from '../../../scripts/monitoring/series-table.ts';
import { pick } from '../../support/pick.ts';
import { measured, ONE_OF_EACH } from './metrics-under-test.ts';

const text = await measured(ONE_OF_EACH).text();
/** Every series of a process that is no primary of others, as docs/monitoring.md shows it. */
const table = (await seriesTable()).filter(({ name }) => !name.startsWith('tuohs_worker'));

for (const { name, type, labels } of table) {
  test(`${name} has the labels that are documented: ${labels.join(', ') || 'none'}`, () => {
    const sample = new RegExp(`^${name}${type === 'histogram' ? '_count' : ''}(?:\\{(.*)\\})? `, 'm');

    const [, found = ''] = sample.exec(text) ?? assert.fail('no sample');

    assert.deepEqual(
      Array.from(found.matchAll(/(\w+)="/g), ([, label]) => label),
      labels,
    );
  });
}

test('there are no series of ours beside these', () => {
  const names = Array.from(text.matchAll(/^# TYPE (tuohs_\S+)/gm), ([, name]) => name);

  assert.deepEqual(names.sort(), pick(table, 'name'));
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
