import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Where a process ends with: a test, or a whole file (`{ after }` of node:test). */
export interface Ending {
  after(run: () => Promise<void>): void;
}

export interface TestProcess {
  /** The lines so far. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** The exit code, once the process has ended and all its lines are here; null where a signal killed it. */
  readonly exitCode: Promise<number | null>;
  /** The next line of stdout, seen or not, that has this message. Rejects when the process ends without it. */
  logLine(msg: string): Promise<Record<string, unknown>>;
  /** Resolves with the addresses when the service answers. */
  listening(): Promise<{ url: string; adminUrl: string }>;
  kill(signal: NodeJS.Signals): void;
  /** To it and all that it started, as a terminal does at Ctrl-C. */
  killAll(signal: NodeJS.Signals): void;
  /** Sends the signal and waits for the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

// Free ports, no drain: what every test wants. Nothing is taken over from the user's own environment but the PATH.
const ENVIRONMENT = { HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', DRAIN_MS: '0' };

/** `tuohs` with these arguments as a real process, which is killed at the end if it still runs. */
export function tuohs(
  ending: Ending,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): TestProcess {
  return startProgram(ending, {
    command: process.execPath,
    args: ['src/main.ts', ...args],
    environment: { ...ENVIRONMENT, ...environment },
  });
}

/** Any program, in a process group of its own. */
export function startProgram(ending: Ending, { command, args, environment }: Program): TestProcess {
  const child = spawn(command, args, {
    cwd: root,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stdout = lines(child.stdout);
  const stderr = lines(child.stderr);
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  ending.after(async () => {
    killGroup(child.pid);
    await exitCode;
  });

  return {
    stdout: stdout.seen,
    stderr: stderr.seen,
    exitCode,
    logLine,
    async listening() {
      const { port, adminPort } = await logLine('listening');
      return { url: `http://127.0.0.1:${port}`, adminUrl: `http://127.0.0.1:${adminPort}` };
    },
    kill: (signal) => child.kill(signal),
    killAll: (signal) => killGroup(child.pid, signal),
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exitCode;
    },
  };

  async function logLine(msg: string): Promise<Record<string, unknown>> {
    const line = await Promise.race([stdout.find((text) => messageOf(text) === msg), exitCode]);
    if (typeof line === 'string') return JSON.parse(line);
    throw new Error(`it ended without a line "${msg}":\n${stdout.seen.concat(stderr.seen).join('\n')}`);
  }
}

function lines(stream: Readable): { seen: string[]; find(isIt: (line: string) => boolean): Promise<string> } {
  const seen: string[] = [];
  const searches = new Set<() => void>();
  createInterface({ input: stream }).on('line', (line) => {
    seen.push(line);
    for (const search of searches) search();
  });
  return {
    seen,
    find: (isIt) =>
      new Promise((resolve) => {
        const search = () => {
          const line = seen.find(isIt);
          if (line === undefined) return;
          searches.delete(search);
          resolve(line);
        };
        searches.add(search);
        search();
      }),
  };
}

/** npm writes other lines, too. */
function messageOf(line: string): unknown {
  return line.startsWith('{') ? JSON.parse(line).msg : undefined;
}

/** The program and what it started; both may be gone already. */
function killGroup(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}
