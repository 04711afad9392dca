import { readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import type { WatchWorld } from './standing.ts';
import { isState, type WatchState } from './watch-state.ts';

/** Where the state of a watch is saved. */
export interface StateStore {
  /** The saved state, or `undefined` if there is none. Rejects if it cannot be read. */
  load(): Promise<WatchState | undefined>;
  /** Replaces the saved state as a whole. If this fails, the old state stays. */
  save(state: WatchState): Promise<void>;
}

/** Saves nothing: the state ends with the process. */
export const noStateStore: StateStore = { load: async () => undefined, save: async () => {} };

/**
 * Keeps the state in a file that only its owner can read. The file is replaced in one step, so that a reader finds the old
 * state or the new one. If the file holds anything else, this is reported, and the watch starts without a state. Watches that
 * run at the same time must not share a file.
 */
export function fileStateStore(path: string, { emit }: Pick<WatchWorld, 'emit'>): StateStore {
  return {
    async load() {
      const json = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      if (json === undefined) return undefined;
      const state = parseState(json);
      if (state === undefined) emit({ type: 'state-broken' });
      return state;
    },
    save: (state) => replace(path, `${JSON.stringify(state, undefined, 2)}\n`),
  };
}

/** Does not use the package write-file-atomic, because it can save half of a state if the disk is nearly full (ADR 0033). */
async function replace(path: string, content: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const next = `${target}.${process.pid}.tmp`;
  try {
    // Removes a file that a killed watch has left behind, because its permissions can be wrong.
    await rm(next, { force: true });
    // Without `flush`, a power cut can leave an empty file under the right name.
    await writeFile(next, content, { mode: 0o600, flush: true });
    await rename(next, target);
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    throw error;
  }
}

function parseState(json: string): WatchState | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isState(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
