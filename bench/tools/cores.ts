import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export interface Cores {
  /** Put in front of a command, so that it runs on these cores. */
  readonly service: readonly string[];
  /** For the load generator, the upstream and Redis, which must not use the service's core. */
  readonly others: readonly string[];
  /** How the processes are placed, as a sentence. */
  readonly says: string;
}

/**
 * The service gets the first core, and everything else shares the others. Without `taskset`, or with one core, nothing is bound to a
 * core.
 */
export function placeOnCores(): Cores {
  const cores = availableParallelism();
  const anywhere = { service: [], others: [] };
  if (spawnSync('taskset', ['--version']).error)
    return { ...anywhere, says: 'nothing is pinned: there is no taskset (Debian package util-linux)' };
  if (cores < 2) return { ...anywhere, says: 'nothing is pinned: there is one core only' };
  const others = cores === 2 ? '1' : `1-${cores - 1}`;
  // This process itself sends the requests of some rows.
  spawnSync('taskset', ['-acp', others, `${process.pid}`]);
  return {
    service: ['taskset', '-c', '0'],
    others: ['taskset', '-c', others],
    says: `the service on core 0, everything else on ${cores === 2 ? 'core' : 'cores'} ${others}`,
  };
}
