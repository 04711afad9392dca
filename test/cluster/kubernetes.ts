import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kubernetesTool } from '../../scripts/kubernetes-tool.ts';
import { reached } from '../support/until.ts';

const run = promisify(execFile);
const OPTIONS = { maxBuffer: 2 ** 26 };

const PATIENCE_SECONDS = 900;
/** How long anything may take before the run is given up: on a busy machine all takes longer, and a wait ends when its condition holds. */
export const PATIENCE = `${PATIENCE_SECONDS}s`;

/** Runs kubectl on the cluster that KUBECONFIG names, with the words of the command and more arguments; resolves with what it prints. */
export async function kubectl(command: string, ...more: string[]): Promise<string> {
  return (await run(kubernetesTool('kubectl'), [...command.split(' '), ...more], OPTIONS)).stdout;
}

/** The same with something on its standard input. */
export async function kubectlWith(input: unknown, command: string): Promise<string> {
  const running = run(kubernetesTool('kubectl'), command.split(' '), OPTIONS);
  running.child.stdin?.end(JSON.stringify(input));
  return (await running).stdout;
}

export async function helm(command: string, ...more: string[]): Promise<string> {
  return (await run(kubernetesTool('helm'), [...command.split(' '), ...more], OPTIONS)).stdout;
}

/** Asks until the answer is yes. Rejects with `what` if it never is. */
export function awaited(what: string, isSo: () => Promise<boolean>): Promise<void> {
  return reached(what, PATIENCE_SECONDS * 1000, isSo);
}
