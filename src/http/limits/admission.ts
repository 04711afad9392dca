import { TuohsError } from '../../core/errors.ts';
import type { Emit, ShedReason, World } from '../../core/events.ts';

export interface AdmissionLimits {
  readonly maxInFlight: number;
  /** Whether the event loop is too late to answer anyone in time. */
  readonly isOverloaded: () => boolean;
}

/** What is admitted: an exchange. */
export interface Entrant {
  readonly body: { atWhole(run: () => void): void };
  atEnd(run: () => void): void;
}

export interface Admission {
  inFlight(): number;
  /** Counts an exchange from when its request is whole until it has ended. Throws `OVERLOADED` while there is no room. */
  admit(exchange: Entrant): void;
}

/** Limits the requests in flight. A request whose body is still arriving does not count yet, because it could stay incomplete. */
export function admission({ maxInFlight, isOverloaded }: AdmissionLimits, emit: Emit): Admission {
  let requests = 0;

  return {
    inFlight: () => requests,
    admit(exchange) {
      if (requests >= maxInFlight) throw shed('requests', emit);
      if (isOverloaded()) throw shed('event_loop', emit);
      exchange.body.atWhole(() => begin(exchange));
    },
  };

  function begin(exchange: Entrant): void {
    requests++;
    exchange.atEnd(end);
  }

  function end(): void {
    requests--;
  }
}

function shed(reason: ShedReason, emit: Emit): TuohsError {
  emit({ type: 'shed', reason });
  return new TuohsError('OVERLOADED', `no room: ${reason}`);
}

/**
 * One bound on the bytes that callers make the process hold: bodies that arrive or wait, and answers that are not read yet.
 */
export interface ByteBudget {
  /** The bytes that are held now. */
  bytes: number;
  /** Cuts off the slowest clients if there is no room for more. Throws `OVERLOADED` if there is still none. */
  makeRoom(more: number, share: Share): void;
}

/**
 * How much of the budget a purpose can fill. Strings that wait for the upstream leave room for bodies. Bodies of one packet
 * get in beyond the budget, so that large or slow ones cannot keep known strings out.
 */
type Share = keyof typeof SHARES;

const SHARES = { small: 1.125, body: 1, waiting: 0.75 };

/** What is freed at once, as a part of the budget, so that a flood does not search all connections for each piece. */
const FREED_AT_ONCE = 1 / 16;

export function byteBudget(
  maxBytes: number,
  cutSlowest: (bytes: number, nowMs: number) => void,
  { clock, emit }: World,
): ByteBudget {
  const budget: ByteBudget = {
    bytes: 0,
    makeRoom(more, share) {
      const missing = () => budget.bytes + more - maxBytes * SHARES[share];
      if (missing() > 0) cutSlowest(Math.max(missing(), maxBytes * FREED_AT_ONCE), clock.now());
      if (missing() > 0) throw shed('bytes', emit);
    },
  };
  return budget;
}

/** A body of one packet. */
const SMALL_BYTES = 1400;

/** A text that is worked on exists three times: as it was sent, reversed, and in a request to the upstream. */
const COPIES = 3;

/** What is held for one exchange: its body, then its text while that waits, then its answer until that is read. */
export class HeldBytes {
  readonly #budget: ByteBudget;
  #bytes = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Sets the bytes that are held. Throws `OVERLOADED` if the budget has no room. */
  set(bytes: number, share: Share): void {
    const more = bytes - this.#bytes;
    if (more > 0) this.#budget.makeRoom(more, bytes <= SMALL_BYTES ? 'small' : share);
    // Not up to `bytes`: to make room, this exchange can be cut off too, and then nothing of it is held any more.
    this.#hold(more);
  }

  /** Holds a text that is worked on. Throws as `set` does. */
  setCopies(textBytes: number, share: Share): void {
    this.set(textBytes * COPIES, share);
  }

  /** Holds an answer and nothing else from here on, whether there is room or not: it has to be held until it is read. */
  setAnswer(bytes: number): void {
    this.#hold(bytes - this.#bytes);
  }

  /** Gives all held bytes back. */
  release(): void {
    this.setAnswer(0);
  }

  #hold(more: number): void {
    this.#budget.bytes += more;
    this.#bytes += more;
  }
}
