import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readArguments, refuse } from '../arguments.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { relatedTests } from './related-tests.ts';
import { typeCheck } from './type-check.ts';

// make mutate: changes one file in small ways, one at a time, and prints the changes that no test notices.
const FIRST_FAILURE = 'scripts/mutate/first-failure.ts';
const SIMULATED = /^src\/(shouter-stack|upstream|cache|core)\b/;
const SIMULATION = ['test/simulation/run.ts', '--seeds', '5', '--quick'];
const COPIED = ['src', 'test', 'scripts', 'docs', 'package.json', 'tsconfig.json'];
/** A change is `too slow` if the tests take longer than this many times their usual time, plus `SLACK_MS`. */
const TIMES_SLOWER = 3;
const SLACK_MS = 30_000;

/** The most CPU time of one run, because a change that makes a loop endless would use a core until the time limit. */
const CPU_SECONDS = 60;

/** A command that fails if a change is noticed, and its time limit. */
interface Check {
  readonly args: readonly string[];
  readonly limitMs: number;
}

type Outcome = 'refused by the type checker' | 'noticed' | 'too slow' | 'unnoticed';

/** How many tests run first: those that noticed the latest changes, because they often notice the next change, too. */
const MOST_RECENT = 2;
let recent: readonly string[] = [];

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
  const commands = groups.map((tests) => [FIRST_FAILURE, ...tests]);
  if (SIMULATED.test(file)) commands.push(SIMULATION);
  const checks: Check[] = [];
  for (const args of commands) checks.push(await measured(args));
  const hasTypes = typeCheck(file);
  const mutants = mutantsOf(readFileSync(file, 'utf8'));
  const left = mutants.values();
  const outcomes: Outcome[] = [];
  await Promise.all(
    copies.map(async (copy) => {
      for (const mutant of left) {
        const outcome = hasTypes(mutant.code)
          ? await check(mutant, copy, checks)
          : 'refused by the type checker';
        outcomes.push(outcome);
        if (outcome === 'unnoticed' || outcome === 'too slow')
          print(`${file}:${mutant.line} ${outcome}\n  - ${mutant.from}\n  + ${mutant.to}`);
      }
    }),
  );
  const counts = Object.entries(Object.groupBy(outcomes, (outcome) => outcome));
  const summary = counts.map(([outcome, { length }]) => `${length} ${outcome}`).join(', ');
  print(`${file}: ${mutants.length} changes and ${groups.flat().length} test files: ${summary}`);
}

/** Runs this command once without any change. The time limit of the check follows from how long this takes. */
async function measured(args: readonly string[]): Promise<Check> {
  const startedMs = performance.now();
  if ((await run({ args, limitMs: 600_000 }, copies[0])) !== 'unnoticed') {
    throw new Error(`this fails before anything is changed: node ${args.join(' ')}`);
  }
  return { args, limitMs: Math.ceil((performance.now() - startedMs) * TIMES_SLOWER) + SLACK_MS };
}

async function check({ code }: Mutant, copy: string, checks: readonly Check[]): Promise<Outcome> {
  writeFileSync(join(copy, file), code);
  const limitMs = Math.max(...checks.map((each) => each.limitMs));
  for (const each of [{ args: [FIRST_FAILURE, ...recent], limitMs }, ...checks]) {
    const outcome = await run(each, copy);
    if (outcome !== 'unnoticed') return outcome;
  }
  return 'unnoticed';
}

async function run({ args, limitMs }: Check, cwd: string | undefined): Promise<Outcome> {
  const env = { ...process.env, NODE_COMPILE_CACHE: `${cwd}/.cache` };
  const { signal } = over;
  const options = { cwd, env, signal, timeout: limitMs, killSignal: 'SIGKILL', stdio: 'ignore' } as const;
  const limited = `ulimit -t ${CPU_SECONDS}; exec "$0" "$@"`;
  const [code] = await once(spawn('sh', ['-c', limited, process.execPath, ...args], options), 'exit');
  if (code === 0) return 'unnoticed';
  if (code === null) return 'too slow';
  const noticing = args.filter((each) => each.endsWith('.test.ts'))[code - 1];
  if (noticing !== undefined) recent = [...new Set([noticing, ...recent])].slice(0, MOST_RECENT);
  return 'noticed';
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
