import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ROWS } from './rows.ts';
import { hasRedisServer } from './tools/redis.ts';
import { headline, reportOf } from './tools/report.ts';
import type { Row } from './tools/row.ts';
import { type Outcome, runRow, runUnprotected } from './tools/run-row.ts';

const options = { seed: Date.now() % 1_000_000, isShort: true };
const reports = [headline(options.seed)];
const hasRedis = hasRedisServer();

after(() => process.stdout.write(`${reports.join('\n')}\n`));

// Most rows wait more than they work; what judges times has the machine for itself.
const rows = ROWS.filter(({ isShort }) => isShort);
describe('side by side', { concurrency: 2 }, () => declare(rows.filter(({ isAlone }) => !isAlone)));
describe('one after another', () => declare(rows.filter(({ isAlone }) => isAlone)));

function declare(chosen: readonly Row[]): void {
  for (const row of chosen) {
    const { group, name, unprotected } = row;
    const skip = reasonToSkip(row);
    test(`${group}: ${name}`, { skip }, async () => check(await runRow(row, options)));
    if (!unprotected) continue;
    test(`${group}: ${name}: fails without its protection`, { skip }, async () =>
      check(await runUnprotected(row, unprotected, options)),
    );
  }
}

/** In CI a missing server is a failure: there the row says so itself by not finding it. */
function reasonToSkip({ needsRedis }: Row): string | false {
  return needsRedis && !hasRedis && !process.env.CI ? 'there is no redis-server' : false;
}

function check(outcome: Outcome): void {
  const report = reportOf(outcome);
  reports.push(report);
  assert.ok(outcome.ok, `seed ${options.seed}\n${report}`);
}
