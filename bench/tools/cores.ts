import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export interface Cores {
  /** The words to put in front of a command, so that it runs on the core of the service. */
  readonly service: readonly string[];
  /** The same for the load generator, the upstream and Redis, which must not use the core of the service. */
  readonly others: readonly string[];
  /** How the processes are placed, as a sentence. */
  readonly says: string;
}

/**
 * The service gets the first core, and everything else shares the other cores. Without `taskset`, or with a single core, all
 * processes can run anywhere.
 */
export function placeOnCores(): Cores {
  const cores = availableParallelism();
  const anywhere = { service: [], others: [] };
  if (spawnSync('taskset', ['--version']).error)
    return { ...anywhere, says: 'nothing is pinned: there is no taskset (Debian package util-linux)' };
  if (cores < 2) return { ...anywhere, says: 'nothing is pinned: there is one core only' };
  const others = cores === 2 ? '1' : `1-${cores - 1}`;
  // Moves this process, too, because it sends the requests of some rows itself.
  spawnSync('taskset', ['-acp', others, `${process.pid}`]);
  return {
    service: ['taskset', '-c', '0'],
    others: ['taskset', '-c', others],
    says: `the service on core 0, everything else on ${cores === 2 ? 'core' : 'cores'} ${others}`,
  };
}
