import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Ending, type Program, startProgram } from '../test/support/process.ts';
import { type RedisServer, redisServer } from '../test/support/redis-server.ts';
import type { Cores } from './tools/cores.ts';
import type { LoadPlan, LoadReport, LoadReports } from './tools/load-plan.ts';

type Env = Readonly<Record<string, string>>;

/** A program under way that listens. */
export interface Server extends Program {
  readonly port: number;
}

/** Starts real processes on their cores, and ends them with the row. */
export interface Lab {
  readonly rounds: number;
  /** `tuohs serve` as built, with everything switched on. `flags` are Node's. */
  tuohs(env: Env, flags?: readonly string[]): Promise<Server>;
  /** The compatible server that this project ships; answers after so long. Beside the load unless told. */
  shoutcloud(latencyMs: number, place?: 'service' | 'others'): Promise<Server>;
  baseline(name: 'bare-http'): Promise<Server>;
  redis(): Promise<RedisServer>;
  /** One run of the load generator, a report a server. Rejects where an answer is not a 200: such a figure would mean nothing. */
  load<Name extends string>(plan: LoadPlan<Name>): Promise<Readonly<Record<Name, LoadReport>>>;
  /** Any program of Node on the service's core. */
  run(args: readonly string[], env: Env): Program;
  /** Ends a program before its row ends. */
  end(program: Program): Promise<unknown>;
}

// All features: a quota nobody reaches still costs its count.
const EVERYTHING_ON = {
  ...{ HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', DRAIN_MS: '0' },
  RATE_LIMIT_PER_MINUTE: '1000000000',
};
const MAIN = fromRoot('dist/main.js');
const SHOUTCLOUD = ['shoutcloud', '--quiet', '--port', '0'];

/** Runs `use` with a lab whose processes have ended when this returns. */
export async function inLab<T>(rounds: number, cores: Cores, use: (lab: Lab) => Promise<T>): Promise<T> {
  const closers: (() => unknown)[] = [];
  const ending: Ending = { after: (close) => void closers.push(close) };
  const onSignal = () => void close().finally(() => process.exit(130));
  process.once('SIGINT', onSignal);
  try {
    return await use(openLab());
  } finally {
    process.off('SIGINT', onSignal);
    await close();
  }

  async function close(): Promise<void> {
    for (const end of closers.reverse()) await end();
  }

  function openLab(): Lab {
    return {
      rounds,
      run: (args, env) => start(cores.service, [process.execPath, ...args], env),
      tuohs: (env, flags = []) =>
        listening(cores.service, [process.execPath, ...flags, ...startArguments()], {
          ...EVERYTHING_ON,
          ...env,
        }),
      shoutcloud: (latencyMs, place = 'others') =>
        listening(cores[place], [process.execPath, MAIN, ...SHOUTCLOUD, '--latency', `${latencyMs}`]),
      baseline: (name) =>
        listening(cores.service, [process.execPath, fromRoot(`bench/baselines/${name}.ts`)]),
      redis: () => redisServer(ending, { before: cores.others }),
      load,
      end: (program) => program.stop('SIGKILL'),
    };
  }

  async function load<Name extends string>(plan: LoadPlan<Name>): Promise<Record<Name, LoadReport>> {
    const generator = fromRoot('bench/tools/load-generator.ts');
    const program = start(cores.others, [process.execPath, generator, JSON.stringify(plan)]);
    const { reports } = (await program.logLine('done')) as unknown as LoadReports<Name>;
    await program.exitCode;
    for (const { failures, answers } of Object.values<LoadReport>(reports)) {
      if (failures > 0) throw new Error(`${failures} of ${answers} answers were no 200`);
    }
    return reports;
  }

  async function listening(
    place: readonly string[],
    command: readonly string[],
    env: Env = {},
  ): Promise<Server> {
    const program = start(place, command, env);
    const { port } = await program.logLine('listening');
    return { ...program, port: Number(port) };
  }

  function start(place: readonly string[], command: readonly string[], env: Env = {}): Program {
    const [first = '', ...args] = [...place, ...command];
    return startProgram(ending, { command: first, args, environment: env });
  }
}

/** What `npm start` gives to Node: its flags, the program and the command. */
export function startArguments(): string[] {
  const { scripts } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));
  const [program, ...args] = String(scripts.start)
    .replace(/^exec /, '')
    .split(' ');
  if (program !== 'node') throw new Error(`npm start runs ${program}, not node`);
  return args.map((arg) => (arg.startsWith('dist/') ? fromRoot(arg) : arg));
}

export function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
