import { readArguments, refuse } from '../../scripts/arguments.ts';
import { hasRedis } from '../support/redis-server.ts';
import { ROWS } from './rows.ts';
import { reasonForNoCgroup } from './tools/memory-cgroup.ts';
import type { Figure, Row } from './tools/row.ts';
import { type Outcome, runRow } from './tools/run-row.ts';

// make chaos: runs the table of faults and prints it. The exit code is 0 if every row holds, else 1.
const { values } = readArguments("make chaos CHAOS='[--only PART] [--seed NUMBER] [--long]'", {
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
// Without this check, a run of no rows would print "all hold".
if (chosen.length === 0 || !Number.isInteger(seed)) {
  refuse(`--seed takes a whole number, --only a part of "group: name", such as:\n${namesOf(ROWS)}`);
}

print(`seed ${seed}\n${'─'.repeat(106)}`);
const noRedis = hasRedis ? undefined : 'there is no redis-server';
const noCgroup = await reasonForNoCgroup();
const skipped = [...skip(noRedis, 'needsRedis'), ...skip(noCgroup, 'needsCgroup')];

let failed = process.env.CI ? skipped.length : 0;
for (const row of chosen) {
  if (skipped.includes(row)) continue;
  printOutcome(await runRow(row, seed));
  if (row.unprotected) printOutcome(await runRow(row, seed, row.unprotected));
}
print(failed === 0 ? 'all hold' : `${failed} FAILED`);
process.exitCode = failed === 0 ? 0 : 1;

function namesOf(rows: readonly Row[]): string {
  return rows.map(({ group, name, isLong }) => `${isLong ? '--long ' : ''}${group}: ${name}`).join('\n');
}

/** Returns the rows that cannot run because something is missing, and prints their names. */
function skip(reason: string | undefined, needs: 'needsRedis' | 'needsCgroup'): readonly Row[] {
  const rows = reason === undefined ? [] : chosen.filter((row) => row[needs]);
  if (rows.length > 0) print(`skipped, because ${reason}: ${rows.map(({ name }) => name).join('; ')}`);
  return rows;
}

function printOutcome(outcome: Outcome): void {
  print(reportOf(outcome));
  if (!outcome.ok) failed++;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The result of a row as lines of a table: one line for each figure, below the name of the row. */
function reportOf({ row, handicap, figures, tookMs, ok }: Outcome): string {
  const { env = {}, fails } = handicap ?? {};
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const name = handicap ? `  † unprotected: ${settings.join(' ')}` : row.name;
  const shown = figures.filter(({ what }) => !handicap || what === fails || what === 'broken off');
  const verdict = handicap ? (ok ? 'fails, as it must' : 'DOES NOT FAIL') : ok ? 'ok' : 'FAIL';
  const head = `${name.padEnd(78)} ${verdict.padEnd(18)} ${(tookMs / 1000).toFixed(1).padStart(6)} s`;
  return [head, ...shown.map(lineOf)].join('\n');
}

function lineOf({ what, value, limit, ok }: Figure): string {
  return `    ${what.padEnd(44)} ${`${value}`.padEnd(24)} ${limit.padEnd(24)} ${ok ? 'ok' : 'FAIL'}`;
}
