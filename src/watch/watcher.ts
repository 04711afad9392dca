import type { WatchEmit, WatchWorld } from './events.ts';
import type { Receiver } from './receiver.ts';
import type { Round } from './round.ts';
import { afterRound, type Notification, notificationOf, type Thresholds } from './standing.ts';
import type { StateStore, WatchState } from './state-store.ts';

export interface WatcherParts {
  readonly receivers: readonly Receiver[];
  readonly state: KeptState;
  /** Aborts when no more notifications are to be sent. */
  readonly signal: AbortSignal;
}

// Enough for some days without the webhook, even if the service goes up and down all the time.
const MOST_OWED = 1000;

/**
 * Evaluates rounds: saves the state, and sends each receiver a notification of every change, oldest first. What could not
 * be delivered to one of them is sent to it again after the next round.
 */
export class Watcher {
  readonly #parts: WatcherParts;
  readonly #thresholds: Thresholds;
  readonly #emit: WatchEmit;
  readonly #sending = new Map<number, Promise<void>>();

  constructor(parts: WatcherParts, thresholds: Thresholds, { emit }: Pick<WatchWorld, 'emit'>) {
    this.#parts = parts;
    this.#thresholds = thresholds;
    this.#emit = emit;
  }

  /** Resolves when the state is saved. Receivers are notified meanwhile, and the next round does not wait for them. */
  async conclude(round: Round): Promise<void> {
    const { state, receivers } = this.#parts;
    const { owed, ...before } = state.value;
    const after = afterRound(before, round, this.#thresholds);
    if (round.failure) this.#emit({ type: 'round-failed', round, failure: round.failure });
    const news = after.status === before.status ? [] : [notificationOf({ before, after }, round, before.url)];
    for (const notification of news) this.#emit({ type: 'changed', notification });
    const owing = receivers.map((_, i) => this.#owing([...(owed[i] ?? []), ...news], i));
    const isChanged = after !== before || news.length > 0 || owed.length !== owing.length;
    await (isChanged ? state.change({ ...before, ...after, owed: owing }) : state.settled());
    for (const [i, receiver] of receivers.entries()) this.#startSending(receiver, i);
  }

  /** Resolves when no notification is under way and everything that can be saved is saved. */
  async settled(): Promise<void> {
    await Promise.all(this.#sending.values());
    await this.#parts.state.settled();
  }

  /** Drops a pair if there are too many, so that down and up still take turns. Keeps the first, which can be under way. */
  #owing(owed: readonly Notification[], i: number): readonly Notification[] {
    if (owed.length <= MOST_OWED) return owed;
    this.#emit({ type: 'dropped', receiver: i + 1 });
    return owed.toSpliced(1, 2);
  }

  #startSending(receiver: Receiver, i: number): void {
    if (this.#sending.has(i)) return;
    this.#sending.set(
      i,
      this.#send(receiver, i).finally(() => this.#sending.delete(i)),
    );
  }

  async #send(receiver: Receiver, i: number): Promise<void> {
    const { state, signal } = this.#parts;
    for (;;) {
      const next = state.value.owed[i]?.[0];
      if (next === undefined) return;
      const reason = await receiver.send(next, signal);
      if (reason === undefined) {
        const left = state.value.owed[i]?.filter((owed) => owed !== next) ?? [];
        await state.change({ ...state.value, owed: state.value.owed.with(i, left) });
        continue;
      }
      if (!signal.aborted)
        this.#emit({ type: 'not-delivered', receiver: i + 1, status: next.status, reason });
      return;
    }
  }
}

/** The state of a running watcher, saved at each change. The watch goes on even if it cannot be saved. */
export class KeptState {
  readonly #store: StateStore;
  readonly #emit: WatchEmit;
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

  /** Resolves when it is saved, or when it is reported that it cannot be. Saves follow one another. */
  change(value: WatchState): Promise<void> {
    this.#value = value;
    this.#isSaved = false;
    return this.settled();
  }

  /** Resolves when the last change is saved. Tries again if that failed before. */
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

/** The saved state if it is of this address, else `fresh`. Saves it, and rejects if nothing can be saved. */
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
