import { spawnSync } from 'node:child_process';

/** The runtimes that `make tools` installs in addition to the Node of the project. */
const RUNTIMES = ['node20', 'node22', 'node26', 'deno', 'bun'] as const;

/**
 * The reason to skip tests that need this runtime. In CI they are skipped only if there is no other runtime at all, because `make
 * tools` installs all of them or none.
 */
export function without(runtime: string): string | false {
  if (isThere(runtime)) return false;
  return process.env.CI && RUNTIMES.some(isThere) ? false : `there is no ${runtime} (make tools brings it)`;
}

function isThere(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}
