import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipWithoutMonitoring } from '../support/monitoring-tools.ts';
import { skipWithoutRedis } from '../support/redis-server.ts';
import { askedDashboard } from './asked-dashboard.ts';
import { liveService } from './live-service.ts';

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

function hasNumber({ values }: { values: readonly (readonly [number, number])[] }): boolean {
  return values.some(([, value]) => Number.isFinite(value));
}
