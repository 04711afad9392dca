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

for (const [what, plan, status, expected] of [
  ['it reports as many answers as the plan wants', { answers: 50 }, 200, [50, 0, 50]],
  ['the texts of a cycle come again', { answers: 50, texts: { series: 'a', cycle: 5 } }, 200, [50, 0, 5]],
  ['answers other than 200 count as failures', { answers: 20 }, 503, [20, 20, 20]],
] as const) {
  test(`the load generator: ${what}`, async (t) => {
    const { report, texts } = await loaded(t, { texts: { series: 'a' }, ...plan }, status);

    assert.deepEqual([report.answers, report.failures, new Set(texts).size], expected);
  });
}
