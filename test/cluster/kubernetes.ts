import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kubernetesTool } from '../../scripts/kubernetes-tool.ts';

const run = promisify(execFile);

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
