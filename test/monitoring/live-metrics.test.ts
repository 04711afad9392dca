import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { seriesTable } from '../../scripts/monitoring/series-table.ts';
import { askJson } from '../support/ask.ts';
import { check, skipWithoutMonitoring } from '../support/monitoring-tools.ts';
import { skipWithoutRedis } from '../support/redis-server.ts';
import { liveService } from './live-service.ts';

/** Those that say that something is wrong, and which this load does not bring about. */
const ZERO_WHERE_ALL_IS_WELL = [
  'tuohs_worker_exits_total',
  'tuohs_log_lines_dropped_total',
  'tuohs_redis_trouble',
];

if (skipWithoutRedis) test('metrics of a service at work', { skip: skipWithoutRedis });
else await metricsAtWork();

async function metricsAtWork(): Promise<void> {
  const service = await liveService({ after });
  await service.mixedLoad();
  // Wrong to the last retry: our own mapping answers.
  service.shoutcloud.setFaults('wrong');
  await askJson(service.url, { data: 'answered wrong' });
  service.shoutcloud.setFaults('');
  // It is under way until the service ends.
  service.shoutcloud.setFaults('hang');
  askJson(service.url, { data: 'under way' }).catch(() => {});
  while (service.shoutcloud.activeRequests === 0) await new Promise(setImmediate);
  const text = await service.metrics();

  test('every documented series is there with a value that says something', async () => {
    const silent = (await seriesTable())
      .map(({ name }) => name)
      .filter((name) => !ZERO_WHERE_ALL_IS_WELL.includes(name) && !(highest(text, name) > 0));

    assert.deepEqual(silent, []);
    for (const name of ZERO_WHERE_ALL_IS_WELL) assert.equal(highest(text, name), 0, name);
  });

  test('every label of every series is documented', async () => {
    const documented = new Map((await seriesTable()).map(({ name, labels }) => [name, labels]));

    for (const sample of samples(text).filter((each) => each.startsWith('tuohs_'))) {
      const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})?/.exec(sample) ?? [];
      const known =
        documented.get(name) ?? documented.get(name.replace(/_(bucket|sum|count)$/, '')) ?? assert.fail(name);
      const found = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
      assert.deepEqual(
        found.filter((label) => label !== 'le' && !known.includes(label)),
        [],
        name,
      );
    }
  });

  test('promtool finds nothing in them', { skip: skipWithoutMonitoring }, async () => {
    const { status, output } = check('promtool', ['check', 'metrics'], await service.metrics());

    assert.equal(output, '');
    assert.equal(status, 0);
  });
}

function samples(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** Of all samples with this name, that of a histogram's count; NaN without one. */
function highest(text: string, name: string): number {
  const values = samples(text)
    .filter((sample) => [name, `${name}_count`].includes(/^\w+/.exec(sample)?.[0] ?? ''))
    .map((sample) => Number(sample.slice(sample.lastIndexOf(' '))));
  return values.length === 0 ? Number.NaN : Math.max(...values);
}
