import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Ending, FREE_PORTS, ownEnding, type Program, startProgram } from '../test/support/process.ts';
import { redisServer } from '../test/support/redis-server.ts';
import type { Cores } from './tools/cores.ts';
import type { LoadPlan, LoadReport, LoadReports } from './tools/load-plan.ts';

type Env = Readonly<Record<string, string>>;

/** A running program that listens. */
export interface Server extends Program {
  readonly port: number;
  readonly url: string;
}

export type Lab = ReturnType<typeof openLab>;

// Every feature is on. The rate limit counts requests, but is too high to be reached.
const EVERYTHING_ON = { ...FREE_PORTS, RATE_LIMIT_PER_MINUTE: '1000000000' };
const MAIN = fromRoot('dist/main.js');
const SHOUTCLOUD = ['shoutcloud', '--quiet', '--port', '0'];

/** Calls `use` with a lab. All processes of the lab have ended when this returns. */
export async function inLab<T>(rounds: number, cores: Cores, use: (lab: Lab) => Promise<T>): Promise<T> {
  const { after, close } = ownEnding();
  try {
    return await use(openLab(rounds, cores, { after }));
  } finally {
    await close();
  }
}

/** Starts real processes on their cores, and ends them after the row that uses them. */
function openLab(rounds: number, cores: Cores, ending: Ending) {
  return {
    rounds,
    /** Runs a program with Node on the core of the service. */
    run: (args: readonly string[], env: Env) => start(cores.service, [process.execPath, ...args], env),
    /** The built `tuohs serve` with everything switched on, in front of this upstream. `flags` are flags of Node. */
    tuohs(upstream: Server, env: Env = {}, flags: readonly string[] = []) {
      const command = [process.execPath, ...flags, ...startArguments()];
      return listening(cores.service, command, { ...EVERYTHING_ON, SHOUTCLOUD_URL: upstream.url, ...env });
    },
    /** The SHOUTCLOUD-compatible server of this project, with this latency. By default, it shares cores with the load generator. */
    shoutcloud: (latencyMs: number, place: 'service' | 'others' = 'others') =>
      listening(cores[place], [process.execPath, MAIN, ...SHOUTCLOUD, '--latency', `${latencyMs}`]),
    bareHttp: () => listening(cores.service, [process.execPath, fromRoot('bench/baselines/bare-http.ts')]),
    redis: () => redisServer(ending, { before: cores.others }),
    load,
    /** Ends a program before its row ends. */
    end: (program: Program) => program.stop('SIGKILL'),
  };

  /**
   * Runs the load generator once. Resolves with a report for each server. Rejects if an answer is not a 200, because then the
   * figures mean nothing.
   */
  async function load<Name extends string>(plan: LoadPlan<Name>): Promise<Record<Name, LoadReport>> {
    const generator = fromRoot('bench/tools/load-generator.ts');
    const program = start(cores.others, [process.execPath, generator, JSON.stringify(plan)]);
    const { reports } = (await program.logLine('done')) as unknown as LoadReports<Name>;
    await program.exitCode;
    for (const { failures, answers } of Object.values<LoadReport>(reports)) {
      if (failures > 0) throw new Error(`${failures} of ${answers} answers were not a 200`);
    }
    return reports;
  }

  async function listening(place: readonly string[], command: readonly string[], env: Env = {}) {
    const program = start(place, command, env);
    const { port } = await program.logLine('listening');
    return { ...program, port: Number(port), url: `http://127.0.0.1:${port}` };
  }

  function start(place: readonly string[], command: readonly string[], env: Env = {}): Program {
    const [first = '', ...args] = [...place, ...command];
    return startProgram(ending, { command: first, args, environment: env });
  }
}

/** The arguments that `npm start` gives to Node: flags, program and command. */
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
