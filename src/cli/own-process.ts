import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../config/read-config.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { LogOutput } from '../telemetry/log-output.ts';
import type { ForkedProcess } from '../workers/worker-link.ts';

/** What a command needs from its process. */
export interface Surroundings {
  readonly environment: Environment;
  readonly stop: ReturnType<typeof stopSignals>;
  /** The process itself, for a worker, which talks to its primary. */
  readonly process?: ForkedProcess;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** The output for log lines; standard output by default. */
  readonly logTo?: LogOutput;
}

/** The log of a command. The logger is expensive to load, and a list of the commands does not need it. */
export async function openLog({ logTo }: Pick<Surroundings, 'logTo'>, clock: Clock) {
  const { jsonLog, logOutput } = await import('../telemetry/log-output.ts');
  const output = logTo ?? logOutput({ clock });
  return { log: jsonLog({ level: 'info', logTo: output }), flushed: output.flushed };
}

// A signal to a whole process group arrives twice, because make and npm pass it on, too.
const PASSED_ON_MS = 1000;

/** Listens for the signals that end a process. A signal that repeats another one within a second does not count. */
export function stopSignals(process: NodeJS.EventEmitter, clock: Pick<Clock, 'now'> = systemClock) {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let counted: { readonly signal: string; readonly at: number } | undefined;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => onSignal(signal));
  return {
    /** Resolves at the first signal, even if it came before this was read. */
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

/** Whether two signals are the same, or one is SIGHUP, which systemd can send together with another one. */
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

// A million lines take 130 MiB with these flags, and 280 MiB without: Node 24 lets the young generation grow to 128 MiB.
const SMALL_HEAP = ['--max-semi-space-size=4', '--max-old-space-size=512'];

/**
 * Replaces this process by the same one with a small heap, because Node reads the size of its heap only at its start. Returns
 * if the size is already set, or if the system cannot replace a process (Windows).
 */
export function restartWithSmallHeap(): void {
  const { execPath, execArgv, argv } = process;
  const isGiven = execArgv.some((flag) => flag.startsWith('--max-semi-space-size'));
  if (!isGiven) process.execve?.(execPath, [execPath, ...SMALL_HEAP, ...execArgv, ...argv.slice(1)]);
}

/** Work that can block a thread of Node's pool forever: the look-up of a name, or a file that never answers. */
const IN_A_THREAD = ['GetAddrInfoReqWrap', 'FSReqCallback', 'FSReqPromise'];

/**
 * Ends this process with this exit code. At its end, Node waits for its threads, and the look-up of a name can take a minute.
 * So a process with such work under way is replaced by one that ends at once. Windows cannot do that.
 */
export function endProcess(exitCode: number): void {
  const isThreadBusy = process.getActiveResourcesInfo().some((resource) => IN_A_THREAD.includes(resource));
  if (isThreadBusy) {
    process.execve?.(process.execPath, [process.execPath, '--eval', `process.exit(${exitCode})`], {});
  }
  process.exit(exitCode);
}
