import { readArguments, refuse } from '../../scripts/arguments.ts';
import { hasRedis } from '../support/redis-server.ts';
import { ROWS } from './rows.ts';
import { reasonForNoCgroup } from './tools/memory-cgroup.ts';
import type { Figure, Row } from './tools/row.ts';
import { type Outcome, runRow } from './tools/run-row.ts';

// make chaos: runs the table of faults and prints it. The exit code says whether every row holds.
const { values } = readArguments('node test/chaos/run.ts [--only PART] [--seed NUMBER] [--long]', {
  options: {
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    long: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const wanted = values.only.toLowerCase();

const chosen = ROWS.filter(
  (row) =>
    `${row.group}: ${row.name}`.toLowerCase().includes(wanted) && (row.isLong ?? false) === values.long,
);
// Without this, a run of no row at all would say that all hold.
if (chosen.length === 0 || !Number.isInteger(seed)) {
  refuse(`--seed takes a whole number, --only a part of "group: name", such as:\n${namesOf(ROWS)}`);
}

print(`seed ${seed}\n${'─'.repeat(106)}`);
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

/** The result of a row as lines of a table: one line for each figure, below the name of the row. */
function reportOf({ row, handicap, figures, tookMs, ok }: Outcome): string {
  const name = handicap ? `  † ${describe(handicap)}` : row.name;
  const shown = handicap
    ? figures.filter(({ what }) => what === handicap.fails || what === 'broken off')
    : figures;
  const verdict = handicap ? (ok ? 'fails, as it must' : 'DOES NOT FAIL') : ok ? 'ok' : 'FAIL';
  const head = `${cell(name, 78)} ${cell(verdict, 18)} ${(tookMs / 1000).toFixed(1).padStart(6)} s`;
  return [head, ...shown.map(lineOf)].join('\n');
}

function describe({ env }: NonNullable<Outcome['handicap']>): string {
  return ['unprotected:', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)].join(' ');
}

function lineOf({ what, value, limit, ok }: Figure): string {
  return `    ${cell(what, 44)} ${cell(String(value), 24)} ${cell(limit, 24)} ${ok ? 'ok' : 'FAIL'}`;
}

function cell(text: string, width: number): string {
  return text.padEnd(width);
}
