import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kubernetesTool } from '../../scripts/kubernetes-tool.ts';
import { reached } from '../support/until.ts';

const run = promisify(execFile);
const OPTIONS = { maxBuffer: 2 ** 26 };

const PATIENCE_SECONDS = 900;
/**
 * The time limit of each step. It is long enough for a busy machine, and costs nothing on other machines, because a step ends as
 * soon as its condition holds.
 */
export const PATIENCE = `${PATIENCE_SECONDS}s`;

/** Runs kubectl on the cluster of KUBECONFIG. Splits `command` at its spaces, but not `more`. Resolves with the output. */
export async function kubectl(command: string, ...more: string[]): Promise<string> {
  return (await run(kubernetesTool('kubectl'), [...command.split(' '), ...more], OPTIONS)).stdout;
}

/** Like `kubectl`, with `input` as JSON on its standard input. */
export async function kubectlWith(input: unknown, command: string): Promise<string> {
  const running = run(kubernetesTool('kubectl'), command.split(' '), OPTIONS);
  // If kubectl refuses its arguments, it does not read its input. Then its own message matters, not the failed write.
  running.child.stdin?.on('error', () => {}).end(JSON.stringify(input));
  return (await running).stdout;
}

export async function helm(command: string, ...more: string[]): Promise<string> {
  return (await run(kubernetesTool('helm'), [...command.split(' '), ...more], OPTIONS)).stdout;
}

/** Checks until `isSo` resolves with true. Rejects with a message that names `what` if this takes too long. */
export function awaited(what: string, isSo: () => Promise<boolean>): Promise<void> {
  return reached(what, PATIENCE_SECONDS * 1000, isSo);
}
