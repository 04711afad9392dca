import type { WatchState } from './state.ts';
import type { StateStore } from './state-store.ts';
import type { WatchWorld } from './surroundings.ts';

/** The state of a watcher at work, which is saved at each change. That it cannot be is no reason to watch no more. */
export class KeptState {
  readonly #store: StateStore;
  readonly #emit: WatchWorld['emit'];
  #value: WatchState;
  #isSaved = true;
  #saving = Promise.resolve();

  constructor(value: WatchState, store: StateStore, { emit }: Pick<WatchWorld, 'emit'>) {
    this.#value = value;
    this.#store = store;
    this.#emit = emit;
  }

  get value(): WatchState {
    return this.#value;
  }

  /** Resolves when it is saved, or told of that it cannot be. One save follows the other. */
  change(value: WatchState): Promise<void> {
    this.#value = value;
    this.#isSaved = false;
    return this.settled();
  }

  /** Resolves when what has changed is saved; tries again where it could not be before. */
  settled(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#save());
    return this.#saving;
  }

  async #save(): Promise<void> {
    if (this.#isSaved) return;
    try {
      this.#isSaved = true;
      await this.#store.save(this.#value);
    } catch (error) {
      this.#isSaved = false;
      this.#emit({ type: 'state-not-saved', reason: error instanceof Error ? error.message : String(error) });
    }
  }
}

/**
 * The state to go on from: the saved one where it is of this address, else a new one. Saves it, and so rejects where
 * nothing can be saved.
 */
export async function stateFrom(
  store: StateStore,
  fresh: WatchState,
  { emit }: Pick<WatchWorld, 'emit'>,
): Promise<WatchState> {
  const saved = await store.load();
  if (saved && saved.url !== fresh.url) emit({ type: 'state-of-another', url: saved.url });
  const state = saved?.url === fresh.url ? saved : fresh;
  await store.save(state);
  return state;
}
