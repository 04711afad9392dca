import { open, readFile, rename, rm } from 'node:fs/promises';
import { parseState, type WatchState } from './state.ts';
import type { StateStore } from './state-store.ts';
import type { WatchWorld } from './surroundings.ts';

/**
 * A state in a file, which is replaced in one step: whoever reads it finds the old state or the new one. A file that holds
 * anything else counts as none and is told of, for to watch on matters more than what was. It is not to be shared by
 * watchers that run at the same time.
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

async function replace(path: string, state: WatchState): Promise<void> {
  const next = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(next, 'w');
    try {
      await file.writeFile(`${JSON.stringify(state, undefined, 2)}\n`);
      // Without it a power cut may leave an empty file under the right name.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    throw error;
  }
}
