import type { Clock } from '../../core/clock.ts';
import { TuohsError } from '../../core/errors.ts';
import type { Emit } from '../../core/events.ts';

/**
 * One bound on the bytes that callers make the process hold: bodies that arrive or wait, and answers that are not read yet.
 */
export interface ByteBudget {
  held(): number;
  /** Holds more bytes and returns true if there is room, after cutting off the slowest clients if necessary. */
  take(bytes: number, share: Share): boolean;
  /** Holds more whatever the others hold: an answer that exists has to be held until it is read. */
  force(bytes: number): void;
  give(bytes: number): void;
}

/**
 * How much of the budget a purpose can fill. Strings that wait for the upstream leave room for bodies. Bodies of one packet
 * get in beyond the budget, so that large or slow ones cannot keep known strings out.
 */
export type Share = 'small' | 'body' | 'waiting';

const SHARES: Readonly<Record<Share, number>> = { small: 1.125, body: 1, waiting: 0.75 };

/** What is freed at once, as a part of the budget, so that a flood does not search all connections for each piece. */
const FREED_AT_ONCE = 1 / 16;

export function byteBudget(
  maxBytes: number,
  cutSlowest: (bytes: number, nowMs: number) => void,
  clock: Pick<Clock, 'now'>,
): ByteBudget {
  let held = 0;

  return {
    held: () => held,
    take(bytes, share) {
      const limit = maxBytes * SHARES[share];
      if (held + bytes > limit)
        cutSlowest(Math.max(held + bytes - limit, maxBytes * FREED_AT_ONCE), clock.now());
      if (held + bytes > limit) return false;
      held += bytes;
      return true;
    },
    force(bytes) {
      held += bytes;
    },
    give(bytes) {
      held -= bytes;
    },
  };
}

/** A body of one packet. */
const SMALL_BYTES = 1400;

/** A text that is worked on exists three times: as it was sent, reversed, and in a request to the upstream. */
const COPIES = 3;

/** What is held for one exchange: its body, then its text while that waits, then its answer until that is read. */
export class HeldBytes {
  readonly #budget: ByteBudget;
  readonly #emit: Emit;
  #bytes = 0;

  constructor(budget: ByteBudget, emit: Emit) {
    this.#budget = budget;
    this.#emit = emit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Sets the bytes that are held. Throws `OVERLOADED` if the budget has no room. */
  set(bytes: number, share: Share): void {
    const more = bytes - this.#bytes;
    if (more > 0 && !this.#budget.take(more, bytes <= SMALL_BYTES ? 'small' : share)) {
      this.#emit({ type: 'shed', reason: 'bytes' });
      throw new TuohsError('OVERLOADED', 'no room: bytes');
    }
    if (more < 0) this.#budget.give(-more);
    // Not `= bytes`: to make room, `take` can cut off this exchange too, and then nothing of it is held any more.
    this.#bytes += more;
  }

  /** Holds a text that is worked on. Throws as `set` does. */
  setCopies(textBytes: number, share: Share): void {
    this.set(textBytes * COPIES, share);
  }

  /** Holds an answer and nothing else from here on, whether there is room for it or not. */
  setAnswer(bytes: number): void {
    this.release();
    this.#budget.force(bytes);
    this.#bytes = bytes;
  }

  /** Gives all held bytes back. */
  release(): void {
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
  }
}
