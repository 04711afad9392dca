import type { KeptState } from './kept-state.ts';
import { type Notification, notificationOf } from './notification.ts';
import type { Receiver } from './receiver.ts';
import type { Round } from './round.ts';
import { afterRound, type Thresholds } from './standing.ts';
import type { WatchWorld } from './surroundings.ts';

export interface WatcherParts {
  readonly receivers: readonly Receiver[];
  readonly state: KeptState;
  /** Aborts when nobody is to be told any more. */
  readonly signal: AbortSignal;
}

// Some days of a webhook that is gone, at a service that flaps all the time.
const MOST_OWED = 1000;

/**
 * Draws the conclusions of rounds: keeps the state, and tells each receiver of every change, oldest first. What one of
 * them could not be told stays owed to it alone, until the next round.
 */
export class Watcher {
  readonly #parts: WatcherParts;
  readonly #thresholds: Thresholds;
  readonly #emit: WatchWorld['emit'];
  readonly #telling = new Map<number, Promise<void>>();

  constructor(parts: WatcherParts, thresholds: Thresholds, { emit }: Pick<WatchWorld, 'emit'>) {
    this.#parts = parts;
    this.#thresholds = thresholds;
    this.#emit = emit;
  }

  /** Resolves when the state is kept. Receivers are told meanwhile: the next round does not wait for them. */
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
    for (const [i, receiver] of receivers.entries()) this.#startTelling(receiver, i);
  }

  /** Resolves when nobody is being told and, if it can be, everything is saved. */
  async settled(): Promise<void> {
    await Promise.all(this.#telling.values());
    await this.#parts.state.settled();
  }

  /** Where it is too much, a pair is dropped, so that down and up still take turns. The first may be on its way. */
  #owing(owed: Notification[], i: number): Notification[] {
    if (owed.length <= MOST_OWED) return owed;
    this.#emit({ type: 'dropped', receiver: i + 1 });
    return owed.toSpliced(1, 2);
  }

  #startTelling(receiver: Receiver, i: number): void {
    if (this.#telling.has(i)) return;
    this.#telling.set(
      i,
      this.#tell(receiver, i).finally(() => this.#telling.delete(i)),
    );
  }

  async #tell(receiver: Receiver, i: number): Promise<void> {
    const { state, signal } = this.#parts;
    for (;;) {
      const next = state.value.owed[i]?.[0];
      if (next === undefined) return;
      const reason = await receiver.tell(next, signal);
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
