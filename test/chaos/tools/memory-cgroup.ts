import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { msUntil } from '../../support/until.ts';

export type MemoryCgroup = ReturnType<typeof memoryCgroup>;

/** The paths of the kernel's files for memory limits, in the two versions of its interface. */
const VERSIONS = [
  {
    ...{ root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' },
    ...{ swap: 'memory.swappiness', peak: 'memory.max_usage_in_bytes' },
  },
  { root: '/sys/fs/cgroup', limit: 'memory.max', swap: 'memory.swap.max', peak: 'memory.peak' },
];

let made = 0;

/**
 * Makes a cgroup with a memory limit. The kernel kills a process that exceeds the limit, as in a pod. Throws without root or if the
 * kernel has no such interface.
 */
export function memoryCgroup(limitBytes: number) {
  const version = VERSIONS.find(({ root }) => existsSync(`${root}/cgroup.procs`));
  if (!version) throw new Error('there is no memory controller at /sys/fs/cgroup');
  const { root, limit, swap, peak } = version;
  const path = `${root}/tuohs-lab-${process.pid}-${made++}`;
  mkdirSync(path);
  const remove = () => rmdirSync(path);
  try {
    writeFileSync(`${path}/${limit}`, String(limitBytes));
  } catch (error) {
    remove();
    throw error;
  }
  if (existsSync(`${path}/${swap}`)) writeFileSync(`${path}/${swap}`, '0');

  return {
    /** A shell command line that enters the cgroup and then replaces the shell with `"$@"`. */
    enter: `echo $$ > ${path}/cgroup.procs && exec "$@"`,
    /** The most bytes that were ever charged to the cgroup. */
    peakBytes: () => Number(readFileSync(`${path}/${peak}`, 'utf8')),
    /** Waits until no process is left in the cgroup, then removes it. */
    async remove() {
      await msUntil(() => readFileSync(`${path}/cgroup.procs`, 'utf8') === '', 5_000);
      remove();
    },
  };
}

/** Why a cgroup cannot be made here, or `undefined` if it can. */
export async function reasonForNoCgroup(): Promise<string | undefined> {
  try {
    await memoryCgroup(2 ** 28).remove();
    return undefined;
  } catch (error) {
    return String(error);
  }
}
