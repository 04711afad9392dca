import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kubernetesTool } from '../../scripts/kubernetes-tool.ts';
import { reached } from '../support/until.ts';

const run = promisify(execFile);

const PATIENCE_SECONDS = 900;
/** How long anything may take before the run is given up: on a busy machine all takes longer, and a wait ends when its condition holds. */
export const PATIENCE = `${PATIENCE_SECONDS}s`;

/** Runs kubectl on the cluster that KUBECONFIG names; resolves with what it prints. */
export async function kubectl(...args: string[]): Promise<string> {
  return (await run(kubernetesTool('kubectl'), args, { maxBuffer: 2 ** 26 })).stdout;
}

/** The same with something on its standard input. */
export async function kubectlWith(input: unknown, ...args: string[]): Promise<string> {
  const running = run(kubernetesTool('kubectl'), args, { maxBuffer: 2 ** 26 });
  running.child.stdin?.end(JSON.stringify(input));
  return (await running).stdout;
}

export async function helm(...args: string[]): Promise<string> {
  return (await run(kubernetesTool('helm'), args, { maxBuffer: 2 ** 26 })).stdout;
}

/** Asks until the answer is yes. Rejects with `what` if it never is. */
export function awaited(what: string, isSo: () => Promise<boolean>): Promise<void> {
  return reached(what, PATIENCE_SECONDS * 1000, isSo);
}
