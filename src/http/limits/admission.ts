import { TuohsError } from '../../core/errors.ts';
import type { Emit, ShedReason } from '../../core/events.ts';

export interface AdmissionLimits {
  readonly maxInFlight: number;
  /** Whether the event loop is too late to answer requests in time. */
  readonly isOverloaded: () => boolean;
}

/** What admission needs of an exchange. */
export interface Entrant {
  readonly body: { atWhole(run: () => void): void };
  readonly reply: { atWritten(run: () => void): void };
}

export type Admission = ReturnType<typeof admission>;

/** Limits the requests in flight. A request whose body is still arriving does not count yet, because it could stay incomplete. */
export function admission({ maxInFlight, isOverloaded }: AdmissionLimits, emit: Emit) {
  let requests = 0;

  return {
    inFlight: () => requests,
    /**
     * Counts an exchange from when its request is whole until its answer is written. Throws `OVERLOADED` while there is no room.
     * An answer that waits to be read does not count: it needs no more work, and clients that do not read could use up the limit.
     */
    admit(exchange: Entrant): void {
      if (requests >= maxInFlight) throw shed('requests', emit);
      if (isOverloaded()) throw shed('event_loop', emit);
      exchange.body.atWhole(() => begin(exchange));
    },
  };

  function begin(exchange: Entrant): void {
    requests++;
    exchange.reply.atWritten(end);
  }

  function end(): void {
    requests--;
  }
}

/** The error of a request for which there is no room. Also reports the refusal as an event. */
export function shed(reason: ShedReason, emit: Emit): TuohsError {
  emit({ type: 'shed', reason });
  return new TuohsError('OVERLOADED', `no room: ${reason}`);
}
