import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { kubernetesTool } from '../kubernetes-tool.ts';

/** A program of this machine, or for helm and kubectl also one that npm brings. */
export type Tool = 'helm' | 'kubectl' | 'docker' | 'npm';

/** Runs it and shows what it prints; throws if it fails. */
export function run(tool: Tool, args: readonly string[]): void {
  const { status, error } = spawnSync(path(tool), args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw error;
  if (status !== 0) throw new Error(`${tool} ${args[0]} failed`);
}

/** What it prints; throws if it fails. */
export function output(tool: Tool, args: readonly string[]): string {
  return execFileSync(path(tool), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Whether it ends well; what it prints is not shown. */
export function succeeds(tool: Tool, args: readonly string[]): boolean {
  return complaint(tool, args) === undefined;
}

/** What it prints as its error; undefined if it ends well. `input` is its standard input. */
export function complaint(tool: Tool, args: readonly string[], input = ''): string | undefined {
  const { status, error, stderr } = spawnSync(path(tool), args, {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

/** Starts it and goes on; the caller ends it. */
export function start(tool: Tool, args: readonly string[]): ChildProcess {
  return spawn(path(tool), args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

function path(tool: Tool): string {
  return tool === 'docker' || tool === 'npm' ? tool : kubernetesTool(tool);
}
