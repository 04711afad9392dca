import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { nowMs } from './now.ts';

/** A line of a program's output; pino's fields where it is JSON, else only `msg`. */
export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A program under way, with all that it said. */
export interface Program {
  readonly pid: number;
  readonly log: readonly LogLine[];
  readonly startedAtMs: number;
  /** The exit code; `null` where a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Resolves with the first line whose `msg` is this one; rejects when the program ends before. */
  line(msg: string): Promise<LogLine>;
  signal(name: NodeJS.Signals): void;
}

/** Runs `command` with this environment and nothing else but PATH. */
export function runProgram(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Program {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: LogLine[] = [];
  const waiting = new Set<(line: LogLine) => void>();
  const onLine = (text: string) => {
    const line = parseLine(text);
    log.push(line);
    for (const tell of waiting) tell(line);
  };
  const exited = exitOf(child, [readLines(child.stdout, onLine), readLines(child.stderr, onLine)]);

  return {
    pid: child.pid ?? 0,
    log,
    startedAtMs: nowMs(),
    exited,
    line: (msg) =>
      new Promise((resolve, reject) => {
        const tell = (line: LogLine) => line.msg === msg && resolve(line);
        waiting.add(tell);
        log.forEach(tell);
        void exited.then((code) =>
          reject(new Error(`ended with ${code}: ${log.map(({ msg }) => msg).join(' | ')}`)),
        );
      }),
    signal: (name) => void child.kill(name),
  };
}

async function exitOf(child: ChildProcess, outputs: readonly Promise<void>[]): Promise<number | null> {
  const code = await new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
  await Promise.all(outputs);
  return code;
}

async function readLines(output: Readable, onLine: (text: string) => void): Promise<void> {
  for await (const text of createInterface(output)) onLine(text);
}

function parseLine(text: string): LogLine {
  try {
    const line = JSON.parse(text);
    return typeof line?.msg === 'string' ? line : { msg: text };
  } catch {
    return { msg: text };
  }
}
