import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import type { LoadPlan, LoadReports } from '../../../bench/tools/load-plan.ts';
import { httpServer } from '../../support/http-server.ts';

/** Runs the generator. Resolves with its report, and the texts that it sent. */
async function loaded(test: TestContext, plan: Partial<LoadPlan>, status = 200) {
  const texts: string[] = [];
  const { url } = await httpServer(test, async (request, response) => {
    const { data } = (await json(request)) as { data: string };
    texts.push(data);
    response.writeHead(status, { 'Content-Length': 10 });
    // An answer can come in several pieces.
    response.write('01234');
    setImmediate(() => response.end('56789'));
  });
  const ports = { only: Number(new URL(url).port) };
  const whole = { ports, path: '/v1', field: 'data', connections: 4, ...plan };
  const args = ['bench/tools/load-generator.ts', JSON.stringify(whole)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { reports } = JSON.parse(stdout) as LoadReports<'only'>;
  return { report: reports.only, texts };
}

test('the load generator reports as many answers as the plan wants', async (t) => {
  const { report, texts } = await loaded(t, { texts: { series: 'a' }, answers: 50 });

  assert.equal(report.answers, 50);
  assert.equal(report.failures, 0);
  assert.equal(new Set(texts).size, 50);
});

test('texts of a cycle come again', async (t) => {
  const { texts } = await loaded(t, { texts: { series: 'a', cycle: 5 }, answers: 50 });

  assert.equal(texts.length, 50);
  assert.equal(new Set(texts).size, 5);
});

test('answers other than 200 count as failures', async (t) => {
  const { report } = await loaded(t, { texts: { series: 'a' }, answers: 20 }, 503);

  assert.equal(report.failures, 20);
});
