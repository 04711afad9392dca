import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mutantsOf } from './mutants.ts';
import { relatedTests } from './related-tests.ts';

// make mutate: changes one file in small ways, one at a time, and prints the changes that no test of it notices.
const TIME_LIMIT_MS = 300_000;
const SIMULATED = /^src\/(shouter-stack|upstream|cache|core)\b/;
const COPIED = ['src', 'test', 'scripts', 'docs', 'package.json', 'tsconfig.json'];

const [file = ''] = process.argv.slice(2);
const tests = relatedTests(file);
if (tests.length === 0 && !SIMULATED.test(file)) throw new Error(`no test imports ${file}`);
const copy = copyOfProject();
try {
  judge();
} finally {
  rmSync(copy, { recursive: true });
}

function judge(): void {
  const code = readFileSync(file, 'utf8');
  if (!passes()) return exit('the tests of this file fail before anything is changed');
  const mutants = mutantsOf(code);
  let survivors = 0;
  for (const { line, from, to, code: changed } of mutants) {
    writeFileSync(join(copy, file), changed);
    if (!passes()) continue;
    survivors++;
    print(`${file}:${line}\n  - ${from}\n  + ${to}`);
  }
  print(`${file}: ${mutants.length} changes, ${survivors} unnoticed`);
}

/** The tests that import the file, and a few runs of the simulation where the file is a part of it. */
function passes(): boolean {
  const units = ['--test', '--test-isolation=none', '--test-force-exit', '--test-timeout=30000', ...tests];
  if (tests.length > 0 && !succeeds(units)) return false;
  return !SIMULATED.test(file) || succeeds(['test/simulation/run.ts', '--seeds', '25', '--quick']);
}

function succeeds(args: readonly string[]): boolean {
  return (
    spawnSync(process.execPath, args, { cwd: copy, stdio: 'ignore', timeout: TIME_LIMIT_MS }).status === 0
  );
}

function copyOfProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mutate-'));
  for (const part of COPIED) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}

function exit(why: string): void {
  process.stderr.write(`${why}\n`);
  process.exitCode = 1;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
