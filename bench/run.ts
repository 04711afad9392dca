import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { readArguments, refuse } from '../scripts/arguments.ts';
import { alignedTable } from '../test/support/aligned-table.ts';
import { hasProc } from '../test/support/process-state.ts';
import { hasRedis } from '../test/support/redis-server.ts';
import { fromRoot, inLab } from './lab.ts';
import { cellsOf, HEADS, jsonOf, type Results } from './results.ts';
import type { Row } from './row.ts';
import { rows } from './rows.ts';
import { placeOnCores } from './tools/cores.ts';

// `make bench`: measures and prints a table. After a complete run it writes bench/results.json.
const { values } = readArguments("make bench BENCH='[--only ROW]… [--rounds NUMBER]'", {
  options: {
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '5' },
  },
});
const say = (line: string) => void process.stdout.write(`${line}\n`);

const names = rows.map(({ name }) => name);
const strange = values.only.filter((name) => !names.includes(name));
const rounds = Number(values.rounds);
if (strange.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  refuse(`--rounds takes a whole number from 1, --only one of: ${names.join(', ')}`);
}

const cores = placeOnCores();
say(cores.says);
const found: Results['rows'][number][] = [];
const wanted = rows.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
for (const row of wanted) {
  const missing = whatIsMissing(row);
  if (missing) say(`${row.name}: skipped, ${missing}`);
  else {
    say(`${row.name}: ${row.about}`);
    const figures = await inLab(rounds, cores, row.run);
    // A figure is not a number if the system lacks the files that it is read from.
    found.push({ name: row.name, figures: figures.filter(({ values }) => values.every(Number.isFinite)) });
  }
}
say(`\n${alignedTable([HEADS, ...cellsOf({ rows: found })])}`);

if (found.length === rows.length && rounds >= 5) {
  const machine = {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    node: process.version,
    places: cores.says,
  };
  writeFileSync(fromRoot('bench/results.json'), jsonOf({ machine, rounds, rows: found }));
  say('\nbench/results.json written; make docs puts it into docs/performance.md');
}

function whatIsMissing(row: Row): string | undefined {
  if (row.needsRedis && !hasRedis) return 'there is no redis-server (Debian package redis-server)';
  if (row.needsProc && !hasProc) return 'it reads /proc, which only Linux has';
  return undefined;
}
