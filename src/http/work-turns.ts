import type { Clock } from '../core/clock.ts';
import { type NextTurn, TURN_BYTES, turnCounter } from '../core/turns.ts';

/** What the turns need to know about an exchange. */
export interface Working {
  /** Whether no one needs the result of the work any more. */
  readonly isUnwanted: boolean;
  /** Whether its work waits for a turn of the event loop and has not begun. */
  waitsForTurn: boolean;
  throwIfUnwanted(): void;
  readonly reply: { readonly isGone: boolean };
}

/** Work for an exchange. */
export type Work<By, Done> = (by: By) => Done | Promise<Done>;

/**
 * Sending an error, or an answer that was not known at once, counts as this many bytes of work. A thousand such answers can
 * become due at the same moment: when SHOUTCLOUD's breaker opens, when deadlines pass, or when clients send bytes that are not HTTP.
 */
const ANSWER_BYTES = 512;

/** Work of at most this many bytes is done at once, because waiting for a turn would cost as much. */
const SMALL_BYTES = 256;

export type WorkTurns = ReturnType<typeof workTurns>;

/**
 * Does work at once until the work in this turn of the event loop amounts to `TURN_BYTES`. Further work waits
 * for later turns. Otherwise, clients that finish a thousand requests at the same moment would make one turn
 * last a second.
 */
export function workTurns(nextTurn: NextTurn, clock: Pick<Clock, 'soon'>) {
  const bytesInTurn = turnCounter(clock);
  /** The exchanges whose work has waited for this turn. */
  const waited = new Set<Working>();

  return {
    /** Does work on this many bytes, now or in a later turn. Throws or rejects if no one needs the result any more. */
    work<By extends Working, Done>(by: By, bytes: number, work: Work<By, Done>): Done | Promise<Done> {
      return bytes <= SMALL_BYTES || hasRoom(bytes) ? begin(by, work) : workLater(by, bytes, work);
    },
    /** Sends an answer, now or in a later turn. If the work for it has waited for this turn, the answer does not wait again. */
    answer(send: () => void, by?: Working): void | Promise<void> {
      if ((by && waited.has(by)) || hasRoom(ANSWER_BYTES)) return send();
      return nextTurn(ANSWER_BYTES, () => by?.reply.isGone === true).then(send);
    },
  };

  async function workLater<By extends Working, Done>(by: By, bytes: number, work: Work<By, Done>) {
    by.waitsForTurn = true;
    await nextTurn(bytes, () => by.isUnwanted);
    by.waitsForTurn = false;
    if (waited.size === 0) clock.soon(() => waited.clear());
    waited.add(by);
    return begin(by, work);
  }

  /** Whether this turn has room for this much more work. If it has, the work is counted. */
  function hasRoom(bytes: number): boolean {
    if (bytesInTurn.count() + bytes > TURN_BYTES) return false;
    bytesInTurn.add(bytes);
    return true;
  }
}

function begin<By extends Working, Done>(by: By, work: Work<By, Done>): Done | Promise<Done> {
  by.throwIfUnwanted();
  return work(by);
}
