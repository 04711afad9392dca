import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export interface Cores {
  /** What stands in front of a command so that it runs where it should. */
  readonly service: readonly string[];
  /** The load generator, the upstream and Redis: all that must not take the service's time. */
  readonly others: readonly string[];
  /** How the processes were placed, for people. */
  readonly says: string;
}

/** The first core for the service, the rest for what drives it; no places where the system cannot give them. */
export function placeOnCores(): Cores {
  const cores = availableParallelism();
  const anywhere = { service: [], others: [] };
  if (spawnSync('taskset', ['--version']).error)
    return { ...anywhere, says: 'nothing is pinned: there is no taskset (Debian package util-linux)' };
  if (cores < 2) return { ...anywhere, says: 'nothing is pinned: there is one core only' };
  const others = cores === 2 ? '1' : `1-${cores - 1}`;
  // This process sends the requests of some rows itself.
  spawnSync('taskset', ['-acp', others, `${process.pid}`]);
  return {
    service: ['taskset', '-c', '0'],
    others: ['taskset', '-c', others],
    says: `the service on core 0, everything else on ${cores === 2 ? 'core' : 'cores'} ${others}`,
  };
}
