import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { seriesTable } from '../../scripts/monitoring/series-table.ts';
import { askJson } from '../support/ask.ts';
import { check, skipWithoutMonitoring } from '../support/monitoring-tools.ts';
import { pick } from '../support/pick.ts';
import { tuohs } from '../support/process.ts';
import { skipWithoutRedis } from '../support/redis-server.ts';
import { askedDashboard } from './asked-dashboard.ts';
import { liveService } from './live-service.ts';

/** Series of errors that this load does not cause. A busy machine can cause them, so the test accepts any number. */
const ONLY_COUNT_ERRORS = [
  'tuohs_worker_exits_total',
  'tuohs_log_lines_dropped_total',
  'tuohs_redis_trouble',
];

/** The panels that show errors. */
const TROUBLE = [
  ...['Failed', 'Burn of the error budget', 'Turned away', 'Shared flights', 'Wrong and local answers'],
];

const skip = skipWithoutMonitoring || skipWithoutRedis;
if (skip) test('a service at work, and what is read from it', { skip });
else await serviceAtWork();

async function serviceAtWork(): Promise<void> {
  const { url, adminUrl, shoutcloud, metrics, mixedLoad } = await liveService({ after });
  const dashboard = await askedDashboard({ after }, adminUrl);
  await dashboard.read(1);
  await mixedLoad();
  await dashboard.read(8);
  await mixedLoad();
  await dashboard.read(10);
  const panels = await dashboard.ask();
  // Every retry gets a wrong answer, so our own mapping answers.
  shoutcloud.setFaults('wrong');
  await askJson(url, { data: 'answered wrong' });
  // This request stays in flight until the service ends.
  shoutcloud.setFaults('hang');
  askJson(url, { data: 'under way' }).catch(() => {});
  while (shoutcloud.activeRequests === 0) await new Promise(setImmediate);
  const text = await metrics();
  const documented = pick(await seriesTable(), 'name');

  test('every query of the dashboard has an answer', () => {
    const silent = panels.flatMap(({ title, answers }) =>
      answers.flatMap((answer, i) => (answer.some(hasNumber) ? [] : [`${title} ${i}`])),
    );

    assert.deepEqual(silent, []);
  });

  test('every documented series is there with a value that says something', () => {
    const silent = documented.filter((name) => {
      const value = highest(text, name);
      return ONLY_COUNT_ERRORS.includes(name) ? Number.isNaN(value) : !(value > 0);
    });

    assert.deepEqual(silent, [], 'see mixedLoad in live-service.ts');
  });

  test('promtool finds nothing in the metrics', () => {
    assert.deepEqual(check('promtool', ['check', 'metrics'], text), { status: 0, output: '' });
  });
}

test('panels that count errors show zero, not nothing, while all is well', { skip }, async (t) => {
  const { url, adminUrl } = await tuohs(t, ['serve', '--embedded-shoutcloud']).listening();
  const dashboard = await askedDashboard(t, adminUrl);
  await askJson(url, { data: 'hello' });
  await dashboard.read(8);

  const panels = await dashboard.ask();
  const shown = (name: string) => panels.find(({ title }) => title === name)?.answers ?? [];

  for (const name of TROUBLE)
    for (const answer of shown(name)) assert.deepEqual([name, answer[0]?.values.at(-1)?.[1]], [name, 0]);
});

function hasNumber({ values }: { values: readonly (readonly [number, number])[] }): boolean {
  return values.some(([, value]) => Number.isFinite(value));
}

/** The highest sample with this name, or for a histogram the highest count. NaN if there is none. */
function highest(text: string, name: string): number {
  const values = text
    .split('\n')
    .filter((sample) => [name, `${name}_count`].includes(/^\w+/.exec(sample)?.[0] ?? ''))
    .map((sample) => Number(sample.slice(sample.lastIndexOf(' '))));
  return values.length === 0 ? Number.NaN : Math.max(...values);
}
