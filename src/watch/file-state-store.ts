import { open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { parseState, type WatchState } from './state.ts';
import type { StateStore } from './state-store.ts';
import type { WatchWorld } from './surroundings.ts';

/**
 * A state in a file for its owner alone, which is replaced in one step: a reader finds the old state or the new one. A file
 * that holds anything else counts as none and is reported, because to watch on matters more than what was. It is not to be
 * shared by watchers that run at the same time.
 */
export function fileStateStore(path: string, { emit }: Pick<WatchWorld, 'emit'>): StateStore {
  return {
    async load() {
      const json = await textOf(path);
      if (json === undefined) return undefined;
      const state = parseState(json);
      if (state === undefined) emit({ type: 'state-broken' });
      return state;
    },
    save: (state) => replace(path, state),
  };
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Not by the package write-file-atomic: on a disk that is nearly full it puts half a state into place (ADR 0033). */
async function replace(path: string, state: WatchState): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const next = `${target}.${process.pid}.tmp`;
  try {
    const file = await open(next, 'w', 0o600);
    try {
      // One that was left over may be open to others.
      await file.chmod(0o600);
      await file.writeFile(`${JSON.stringify(state, undefined, 2)}\n`);
      // Without it a power cut may leave an empty file under the right name.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, target);
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    throw error;
  }
}
