import { spawnSync } from 'node:child_process';

/** What `make tools` brings besides the Node of the project. */
const RUNTIMES = ['node20', 'node22', 'node26', 'deno', 'bun'] as const;

/**
 * Why tests that need this runtime are skipped here. In CI they are skipped only if none of the runtimes could be had, because
 * `make tools` brings all of them or none.
 */
export function without(runtime: string): string | false {
  if (isThere(runtime)) return false;
  return process.env.CI && RUNTIMES.some(isThere) ? false : `there is no ${runtime} (make tools brings it)`;
}

function isThere(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}
