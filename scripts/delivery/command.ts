import { type ChildProcess, execFileSync, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { kubernetesTool } from '../kubernetes-tool.ts';

/** A program of this machine. helm and kubectl can also come from npm. */
export type Tool = 'helm' | 'kubectl' | 'docker' | 'npm';

/** Runs a program and shows its output. Throws if the program fails. */
export function run(tool: Tool, args: readonly string[]): void {
  const { status, error } = show(tool, args);
  if (error) throw error;
  if (status !== 0) throw new Error(`${tool} ${args[0]} failed`);
}

/** Runs a program and shows its output. Does not throw if the program fails. */
export function show(tool: Tool, args: readonly string[]): SpawnSyncReturns<Buffer> {
  return spawnSync(path(tool), args, { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Runs a program and returns its output. Throws if the program fails. */
export function output(tool: Tool, args: readonly string[]): string {
  return execFileSync(path(tool), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Runs a program without showing its output. Returns whether it succeeds. */
export function succeeds(tool: Tool, args: readonly string[]): boolean {
  return complaint(tool, args) === undefined;
}

/** What a failed program has written to standard error; undefined if it succeeds. `input` is its standard input. */
export function complaint(tool: Tool, args: readonly string[], input = ''): string | undefined {
  const { status, error, stderr } = spawnSync(path(tool), args, {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  return status === 0 ? undefined : stderr?.trim() || (error?.message ?? `${tool} failed`);
}

/** Starts a program and returns at once. The caller has to end the program. */
export function start(tool: Tool, args: readonly string[]): ChildProcess {
  return spawn(path(tool), args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

function path(tool: Tool): string {
  return tool === 'docker' || tool === 'npm' ? tool : kubernetesTool(tool);
}
