import type { Clock } from '../../core/clock.ts';

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
