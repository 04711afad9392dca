import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kubernetesTool } from '../../scripts/kubernetes-tool.ts';
import { reached } from '../support/until.ts';

const run = promisify(execFile);
const OPTIONS = { maxBuffer: 2 ** 26 };

const PATIENCE_SECONDS = 900;
/**
 * How long each step can take before the run fails. A step ends as soon as its condition holds, so a busy machine only takes
 * longer.
 */
export const PATIENCE = `${PATIENCE_SECONDS}s`;

/** Runs kubectl on the cluster of KUBECONFIG, with the words of the command and more arguments. Resolves with its output. */
export async function kubectl(command: string, ...more: string[]): Promise<string> {
  return (await run(kubernetesTool('kubectl'), [...command.split(' '), ...more], OPTIONS)).stdout;
}

/** The same, with this on its standard input. */
export async function kubectlWith(input: unknown, command: string): Promise<string> {
  const running = run(kubernetesTool('kubectl'), command.split(' '), OPTIONS);
  // A kubectl that refuses its arguments ends without reading. Its own message is the one to show.
  running.child.stdin?.on('error', () => {}).end(JSON.stringify(input));
  return (await running).stdout;
}

export async function helm(command: string, ...more: string[]): Promise<string> {
  return (await run(kubernetesTool('helm'), [...command.split(' '), ...more], OPTIONS)).stdout;
}

/** Asks again until the answer is true. Rejects with `what` if that never happens. */
export function awaited(what: string, isSo: () => Promise<boolean>): Promise<void> {
  return reached(what, PATIENCE_SECONDS * 1000, isSo);
}
