import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { root } from './pages.ts';
import { pick } from './pick.ts';

/** A process ends with its `Ending`: a test, or a whole test file (`{ after }` of node:test). */
export interface Ending {
  after(run: () => unknown): void;
  /** Aborted if the test takes too long. */
  readonly signal?: AbortSignal;
}

/** An `Ending` for a program that is not a test: processes end in reverse order when `close` is called, or at Ctrl-C. */
export function ownEnding() {
  const endings: (() => unknown)[] = [];
  const onSignal = () => void close().finally(() => process.exit(130));
  process.once('SIGINT', onSignal);
  return { after: (end: () => unknown) => void endings.push(end), close };

  async function close(): Promise<void> {
    process.off('SIGINT', onSignal);
    for (const end of endings.reverse()) await end();
  }
}

/** A line of a program's output. A line of JSON has all its fields, any other line is in `msg`. */
export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A running program and its output. */
export type Program = ReturnType<typeof startProgram>;

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Settings of a service on free ports that only this machine can reach, and that ends without a drain. */
export const FREE_PORTS = { HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', DRAIN_MS: '0' };

/** `FREE_PORTS`, and enough time for upstream calls on a busy machine. */
export const ENVIRONMENT = { ...FREE_PORTS, ATTEMPT_TIMEOUT_MS: '60000', REQUEST_DEADLINE_MS: '60000' };

/** Starts `tuohs` with these arguments as a real process. If it still runs at the end, it is killed. */
export function tuohs(ending: Ending, args: readonly string[], environment: Command['environment'] = {}) {
  return startProgram(ending, {
    command: process.execPath,
    args: ['src/main.ts', ...args],
    environment: { ...ENVIRONMENT, ...environment },
  });
}

/** An environment in which each Node runs this code before its program. */
export function hook(code: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

/** Starts any program, in a process group of its own. */
export function startProgram(ending: Ending, { command, args, environment }: Command) {
  const child = spawn(command, args, {
    cwd: root,
    // From the user's environment, takes only PATH and Node's cache of compiled files.
    env: { ...own('PATH', 'NODE_COMPILE_CACHE'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const log: LogLine[] = [];
  const searches = new Set<(line: LogLine) => void>();
  follow(child.stdout, stdout);
  follow(child.stderr, stderr);
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  exitCode.catch(() => {});
  ending.after(async () => {
    if (ending.signal?.aborted && child.exitCode === null) sayWhereItIs();
    killGroup(child.pid);
    await exitCode.catch(() => {});
  });

  return {
    /** The lines so far. `log` has the lines of both outputs in the order in which they came. */
    ...{ stdout, stderr, log },
    pid: child.pid ?? 0,
    /** Resolves when the process has ended and all its lines were read. The exit code is null if a signal killed it. */
    exitCode,
    logLine,
    /** Resolves with the addresses of the service when it listens. */
    async listening() {
      const { port, adminPort } = await logLine('listening');
      return { url: `http://127.0.0.1:${port}`, adminUrl: `http://127.0.0.1:${adminPort}` };
    },
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
    /** Sends the signal to the program and everything that it started, as a terminal does at Ctrl-C. */
    killAll: (signal: NodeJS.Signals) => killGroup(child.pid, signal),
    /** Sends the signal and waits for the exit code. */
    stop(signal: NodeJS.Signals = 'SIGTERM') {
      child.kill(signal);
      return exitCode;
    },
  };

  function follow(stream: Readable, lines: string[]): void {
    createInterface({ input: stream }).on('line', (text) => {
      const line = logLineOf(text);
      lines.push(text);
      log.push(line);
      for (const search of searches) search(line);
    });
  }

  function sayWhereItIs(): void {
    const said = [`${log.length} lines`, ...pick(log.slice(-5), 'msg')].join('\n  ');
    process.stderr.write(`too late, and this still runs: ${command} ${args.join(' ')}\n  ${said}\n`);
  }

  /** Resolves with the first line that has this message, even if it came earlier. Rejects if the process ends without one. */
  function logLine(msg: string): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const search = (line: LogLine) => line.msg === msg && resolve(line);
      searches.add(search);
      log.forEach(search);
      const fail = () =>
        reject(new Error(`it ended without a line "${msg}":\n${stdout.concat(stderr).join('\n')}`));
      exitCode.then(fail, reject);
    });
  }
}

function own(...names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

/** Resolves with the exit code and the output of a program. */
export async function ended({ exitCode, stdout, stderr }: Program) {
  return { code: await exitCode, stdout: stdout.join('\n'), stderr: stderr.join('\n') };
}

/** Reads a line. Lines of npm and Redis are not JSON. */
function logLineOf(text: string): LogLine {
  try {
    const line = JSON.parse(text);
    return typeof line?.msg === 'string' ? line : { msg: text };
  } catch {
    return { msg: text };
  }
}

/** Kills the program and everything that it started, if they still run. */
function killGroup(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group no longer exists.
  }
}
