/** What a thread of Node's pool may be stuck in for ever: a look-up of a name, or a file that never answers. */
const IN_A_THREAD = ['GetAddrInfoReqWrap', 'FSReqCallback', 'FSReqPromise'];

/**
 * Ends this process with this exit code. Node waits at its end for what its threads are doing, and a look-up of a name can take
 * a minute; so a process with such work under way is replaced by one that has nothing to do but end.
 */
export function endProcess(exitCode: number): void {
  const isThreadBusy = process.getActiveResourcesInfo().some((resource) => IN_A_THREAD.includes(resource));
  // Windows cannot replace a process.
  if (isThreadBusy && process.execve !== undefined) {
    process.execve(process.execPath, [process.execPath, '--eval', `process.exit(${exitCode})`], {});
  }
  process.exit(exitCode);
}
