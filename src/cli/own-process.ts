// With these a million lines take 130 MiB, with the defaults of Node 24 280: V8 lets its young generation grow to 128 MiB.
const SMALL_HEAP = ['--max-semi-space-size=4', '--max-old-space-size=512'];

/**
 * Replaces this process by the same one with a small heap, because Node takes the size of its heap only at its start. Returns
 * if the size is given already, or if the system cannot replace a process (Windows).
 */
export function restartWithSmallHeap(): void {
  const { execPath, execArgv, argv } = process;
  const isGiven = execArgv.some((flag) => flag.startsWith('--max-semi-space-size'));
  if (!isGiven) process.execve?.(execPath, [execPath, ...SMALL_HEAP, ...execArgv, ...argv.slice(1)]);
}

/** The user wants the process to end: SIGTERM, SIGINT or SIGHUP. */
export interface StopSignals {
  /** Resolves at the first of them, even if it came before anyone asked. */
  readonly first: Promise<void>;
  /** Resolves at the second: the user does not want to wait. */
  readonly second: Promise<void>;
}

/** Listens for these signals from now on. */
export function stopSignals(process: NodeJS.EventEmitter): StopSignals {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let count = 0;
  const onSignal = () => {
    count++;
    if (count === 1) first.resolve();
    else second.resolve();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, onSignal);
  return { first: first.promise, second: second.promise };
}

/** What can block a thread of Node's pool for ever: the look-up of a name, or a file that never answers. */
const IN_A_THREAD = ['GetAddrInfoReqWrap', 'FSReqCallback', 'FSReqPromise'];

/**
 * Ends this process with this exit code. Node waits at its end for its threads, and the look-up of a name can take a minute.
 * So a process with such work under way is replaced by one that has nothing to do but end; Windows cannot do that.
 */
export function endProcess(exitCode: number): void {
  const isThreadBusy = process.getActiveResourcesInfo().some((resource) => IN_A_THREAD.includes(resource));
  if (isThreadBusy) {
    process.execve?.(process.execPath, [process.execPath, '--eval', `process.exit(${exitCode})`], {});
  }
  process.exit(exitCode);
}
