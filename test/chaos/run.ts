import { parseArgs } from 'node:util';
import { hasRedis } from '../support/redis-server.ts';
import { ROWS } from './rows.ts';
import { reasonForNoCgroup } from './tools/memory-cgroup.ts';
import { headline, reportOf } from './tools/report.ts';
import type { Row } from './tools/row.ts';
import { type Outcome, runRow } from './tools/run-row.ts';

// make chaos: runs the table of faults and prints it. The exit code says whether every row holds.
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    long: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const wanted = new RegExp(values.only, 'i');

const chosen = ROWS.filter(
  (row) => wanted.test(`${row.group}: ${row.name}`) && (row.isLong ?? false) === values.long,
);
// Without this, a run of no row at all would say that all hold.
if (chosen.length === 0 || !Number.isInteger(seed)) {
  process.stderr.write(
    `--seed takes a whole number, --only a part of "group: name", such as:\n${namesOf(ROWS)}\n`,
  );
  process.exit(2);
}

print(headline(seed));
const noRedis = hasRedis ? undefined : 'there is no redis-server';
const noCgroup = await reasonForNoCgroup();
const skipped = [
  ...skip(noRedis, ({ needsRedis }) => needsRedis),
  ...skip(noCgroup, ({ needsCgroup }) => needsCgroup),
];

let failed = process.env.CI ? skipped.length : 0;
for (const row of chosen) {
  if (skipped.includes(row)) continue;
  tell(await runRow(row, seed));
  if (row.unprotected) tell(await runRow(row, seed, row.unprotected));
}
print(failed === 0 ? 'all hold' : `${failed} FAILED`);
process.exitCode = failed === 0 ? 0 : 1;

function namesOf(rows: readonly Row[]): string {
  return rows.map(({ group, name, isLong }) => `${isLong ? '--long ' : ''}${group}: ${name}`).join('\n');
}

/** Leaves out the rows that need something that is missing, and says so in one line. */
function skip(reason: string | undefined, needs: (row: Row) => boolean | undefined): readonly Row[] {
  const rows = reason === undefined ? [] : chosen.filter(needs);
  if (rows.length > 0) print(`skipped, because ${reason}: ${rows.map(({ name }) => name).join('; ')}`);
  return rows;
}

function tell(outcome: Outcome): void {
  print(reportOf(outcome));
  if (!outcome.ok) failed++;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
