import type { WatchState } from './state.ts';

/** Where a watcher's state lives. */
export interface StateStore {
  /** What was saved last; `undefined` where nothing was. Rejects where that cannot be found out. */
  load(): Promise<WatchState | undefined>;
  /** Replaces what was saved, all of it or nothing. */
  save(state: WatchState): Promise<void>;
}

/** A state that ends with the process. */
export function memoryStateStore(): StateStore {
  let saved: WatchState | undefined;
  return {
    load: async () => saved,
    async save(state) {
      saved = state;
    },
  };
}
