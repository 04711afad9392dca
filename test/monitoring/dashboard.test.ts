import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askJson } from '../support/ask.ts';
import { skipWithoutMonitoring } from '../support/monitoring-tools.ts';
import { tuohs } from '../support/process.ts';
import { skipWithoutRedis } from '../support/redis-server.ts';
import { askedDashboard } from './asked-dashboard.ts';
import { liveService } from './live-service.ts';

const TROUBLE = [
  'Failed',
  'Burn of the error budget',
  'Turned away',
  'Shared flights',
  'Wrong and local answers',
];

test('every query of the dashboard has an answer while the service works', {
  skip: skipWithoutMonitoring || skipWithoutRedis,
}, async (t) => {
  const service = await liveService(t);
  const dashboard = await askedDashboard(t, service.adminUrl);
  await dashboard.read(1);

  await service.mixedLoad();
  await dashboard.read(8);
  await service.mixedLoad();
  await dashboard.read(10);
  const panels = await dashboard.ask(30);

  const silent = panels.flatMap(({ title, answers }) =>
    answers.flatMap((answer, i) => (answer.some(hasNumber) ? [] : [`${title} ${i}`])),
  );
  assert.deepEqual(silent, []);
});

test('what counts trouble shows zero, not nothing, while all is well', {
  skip: skipWithoutMonitoring,
}, async (t) => {
  const { url, adminUrl } = await tuohs(t, ['serve', '--embedded-shoutcloud']).listening();
  const dashboard = await askedDashboard(t, adminUrl);
  await askJson(url, { data: 'hello' });
  await dashboard.read(8);

  const panels = await dashboard.ask(1);
  const shown = (name: string) => panels.find(({ title }) => title === name)?.answers ?? [];

  for (const name of TROUBLE)
    for (const answer of shown(name)) assert.deepEqual([name, answer[0]?.values.at(-1)?.[1]], [name, 0]);
});

function hasNumber({ values }: { values: readonly (readonly [number, number])[] }): boolean {
  return values.some(([, value]) => Number.isFinite(value));
}
