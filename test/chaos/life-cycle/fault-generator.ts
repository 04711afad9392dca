import { seededRandom } from '../../../src/shoutcloud/fault-plan.ts';
import type { RedisServer } from '../../support/redis-server.ts';
import type { Upstream } from '../tools/lab.ts';

/** The programs that the faults break. */
export interface Victims {
  readonly upstream: Upstream;
  readonly redis: RedisServer;
}

interface Fault {
  break(victims: Victims, random: () => number): unknown;
  mend?(victims: Victims): unknown;
}

const UPSTREAM_FAULTS = [
  ...['hang', 'close', 'reset=before', 'status=500', 'status=503', 'status=400', 'redirect=301'],
  ...['slow=280', 'slow=880', 'status=429,retry-after=1', 'html', 'crossed', 'lower', 'truncate'],
  ...['close-after=20', 'garbage', 'unasked', 'endless'],
];

const FAULTS: readonly Fault[] = [
  ...UPSTREAM_FAULTS.map((fault) => ({
    break: ({ upstream }: Victims, random: () => number) =>
      upstream.setFaults(`${fault}@${(1 + 99 * random()).toFixed(0)}%`),
    mend: ({ upstream }: Victims) => upstream.setFaults(''),
  })),
  { break: ({ upstream }) => upstream.close(), mend: ({ upstream }) => upstream.open() },
  { break: ({ redis }) => redis.control.flushall() },
  {
    break: ({ redis }) => redis.control.replicaof('127.0.0.1', 1),
    mend: ({ redis }) => redis.control.replicaof('NO', 'ONE'),
  },
  { break: ({ redis }) => redis.control.call('CLIENT', 'KILL', 'TYPE', 'normal') },
  { break: ({ redis }, random) => redis.control.client('PAUSE', Math.ceil(random() * 1_000)) },
  // These two come last, because Redis does not answer the commands of the faults above once it is dead or frozen.
  { break: ({ redis }) => redis.kill(), mend: ({ redis }) => redis.start() },
  { break: ({ redis }) => redis.freeze(), mend: ({ redis }) => redis.thaw() },
];

/** Each call of the returned function starts a random subset of the faults, and returns a function that ends them. */
export function faultGenerator(victims: Victims, seed: number): () => Promise<() => Promise<void>> {
  const random = seededRandom(seed);
  return async () => {
    const chosen = FAULTS.filter(() => random() < 0.15);
    for (const fault of chosen) await fault.break(victims, random);
    return async () => {
      for (const fault of chosen.toReversed()) await fault.mend?.(victims);
    };
  };
}
