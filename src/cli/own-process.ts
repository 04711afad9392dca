import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../config/read-config.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { LogOutput } from '../telemetry/log-output.ts';
import type { ForkedProcess } from '../workers/worker-link.ts';

/** What a command needs from its process. */
export interface Surroundings {
  readonly environment: Environment;
  readonly stop: ReturnType<typeof stopSignals>;
  /** The process itself. A worker needs it to talk to its primary. */
  readonly process?: ForkedProcess;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** The output for log lines; standard output by default. */
  readonly logTo?: LogOutput;
}

/** Opens the log of a command. Loads the logger only now, because it is expensive to load and the help does not need it. */
export async function openLog({ logTo }: Pick<Surroundings, 'logTo'>, clock: Clock) {
  const { jsonLog, logOutput } = await import('../telemetry/log-output.ts');
  const output = logTo ?? logOutput({ clock });
  return { log: jsonLog({ level: 'info', logTo: output }), flushed: output.flushed };
}

// If make or npm started this process, a signal to the process group arrives twice, because they pass it on, too.
const PASSED_ON_MS = 1000;

/** Listens for the signals that end a process. A signal that repeats another one within a second does not count. */
export function stopSignals(process: NodeJS.EventEmitter, clock: Pick<Clock, 'now'> = systemClock) {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let counted: { readonly signal: string; readonly at: number } | undefined;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => onSignal(signal));
  return {
    /** Resolves at the first signal. */
    first: first.promise,
    /** Resolves at the second signal: the user does not want to wait. */
    second: second.promise,
  };

  function onSignal(signal: string): void {
    const at = clock.now();
    if (counted && at - counted.at < PASSED_ON_MS && isEcho(counted.signal, signal)) return;
    (counted ? second : first).resolve();
    counted = { signal, at };
  }
}

/** Whether two signals are the same, or one of them is SIGHUP, which systemd can send together with another signal. */
function isEcho(one: string, other: string): boolean {
  return one === other || one === 'SIGHUP' || other === 'SIGHUP';
}

/** The exit code of a command that a signal ended before it was done. */
export const INTERRUPTED = 130;

/** Ends a command with this exit code. The command has already written its messages. */
export class ExitCode extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.name = 'ExitCode';
    this.exitCode = exitCode;
  }
}

/** Resolves when everything written to this output has reached the system, or with the error if that failed. */
export function written(output: Writable): Promise<Error | undefined> {
  return new Promise((resolve) => output.write('', (error) => resolve(error ?? undefined)));
}

/** Whether an output failed because its reader, such as `head`, has read enough. That is not a failure of the command. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

/** What to say about an output that failed. */
export function writeFailure(output: string, { message }: Error): string {
  return `${output} could not be written: ${message}`;
}

// With these flags, `tuohs shout` needs 130 MiB for a million lines, instead of 280 MiB: they keep Node's young generation small.
const SMALL_HEAP = ['--max-semi-space-size=4', '--max-old-space-size=512'];

/**
 * Starts this program again, with a small heap, in place of this process, because Node reads the size of its heap only at its
 * start. Returns if the size is already set, or if the system cannot replace a process (Windows).
 */
export function restartWithSmallHeap(): void {
  const { execPath, execArgv, argv } = process;
  const isGiven = execArgv.some((flag) => flag.startsWith('--max-semi-space-size'));
  if (!isGiven) process.execve?.(execPath, [execPath, ...SMALL_HEAP, ...execArgv, ...argv.slice(1)]);
}

/** The kinds of work that can block one of Node's threads for a long time: look-ups of names, and access to files. */
const IN_A_THREAD = ['GetAddrInfoReqWrap', 'FSReqCallback', 'FSReqPromise'];

/**
 * Ends this process with this exit code. Node would wait for its threads first, and the look-up of a name can take a minute.
 * So if a thread is busy, `execve` replaces this process with a Node that only exits. Windows has no `execve`.
 */
export function endProcess(exitCode: number): void {
  const isThreadBusy = process.getActiveResourcesInfo().some((resource) => IN_A_THREAD.includes(resource));
  if (isThreadBusy) {
    process.execve?.(process.execPath, [process.execPath, '--eval', `process.exit(${exitCode})`], {});
  }
  process.exit(exitCode);
}
