import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readArguments, refuse } from '../arguments.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { relatedTests } from './related-tests.ts';

// make mutate: changes one file in small ways, one at a time, and prints the changes that no test notices.
const SIMULATED = /^src\/(shouter-stack|upstream|cache|core)\b/;
const SIMULATION = ['test/simulation/run.ts', '--seeds', '5', '--quick'];
const COPIED = ['src', 'test', 'scripts', 'docs', 'package.json', 'tsconfig.json'];
/** A change also counts as noticed if the tests take longer than this many times their usual time, plus `SLACK_MS`. */
const TIMES_SLOWER = 3;
const SLACK_MS = 5_000;

/** A command that fails if a change is noticed, and its time limit. */
interface Check {
  readonly args: readonly string[];
  readonly limitMs: number;
}

const usage = 'node scripts/mutate/run.ts FILE';
const [file = ''] = readArguments(usage, { allowPositionals: true }).positionals;
const groups = relatedTests(file);
if (groups.length === 0) refuse(`no test reaches ${file}\n${usage}`);
const over = new AbortController();
process.once('SIGINT', () => over.abort());
const copies = Array.from({ length: availableParallelism() }, copyOfProject);
try {
  await judge();
} catch (error) {
  if (!over.signal.aborted) throw error;
  process.exitCode = 130;
} finally {
  for (const copy of copies) rmSync(copy, { recursive: true });
}

async function judge(): Promise<void> {
  const commands = groups.map((tests) => ['scripts/mutate/first-failure.ts', ...tests]);
  if (SIMULATED.test(file)) commands.push(SIMULATION);
  const checks: Check[] = [];
  for (const args of commands) checks.push(await measured(args));
  const mutants = mutantsOf(readFileSync(file, 'utf8'));
  const left = mutants.values();
  let unnoticed = 0;
  await Promise.all(
    copies.map(async (copy) => {
      for (const mutant of left) {
        if (await isNoticed(mutant, copy, checks)) continue;
        unnoticed++;
        print(`${file}:${mutant.line}\n  - ${mutant.from}\n  + ${mutant.to}`);
      }
    }),
  );
  print(`${file}: ${mutants.length} changes, ${unnoticed} unnoticed by ${groups.flat().length} test files`);
}

/** The check, with a time limit that follows from its time without any change. */
async function measured(args: readonly string[]): Promise<Check> {
  const startedMs = performance.now();
  if (!(await succeeds({ args, limitMs: 600_000 }, copies[0]))) {
    throw new Error(`this fails before anything is changed: node ${args.join(' ')}`);
  }
  return { args, limitMs: Math.ceil((performance.now() - startedMs) * TIMES_SLOWER) + SLACK_MS };
}

async function isNoticed({ code }: Mutant, copy: string, checks: readonly Check[]): Promise<boolean> {
  writeFileSync(join(copy, file), code);
  for (const check of checks) if (!(await succeeds(check, copy))) return true;
  return false;
}

async function succeeds({ args, limitMs }: Check, cwd: string | undefined): Promise<boolean> {
  const env = { ...process.env, NODE_COMPILE_CACHE: `${cwd}/.cache` };
  const { signal } = over;
  const options = { cwd, env, signal, timeout: limitMs, killSignal: 'SIGKILL', stdio: 'ignore' } as const;
  const [code] = await once(spawn(process.execPath, args, options), 'exit');
  return code === 0;
}

function copyOfProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mutate-'));
  for (const part of COPIED) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
