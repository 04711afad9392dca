import { TuohsError } from '../../core/errors.ts';
import type { Emit, ShedReason } from '../../core/events.ts';
import type { Exchange } from '../exchange.ts';

export interface AdmissionLimits {
  readonly maxInFlight: number;
  /** Whether the event loop is too late to answer anyone in time. */
  readonly isOverloaded: () => boolean;
}

export interface Admission {
  inFlight(): number;
  /** Counts an exchange from when its request is whole until it has ended. Throws `OVERLOADED` while there is no room. */
  admit(exchange: Exchange): void;
}

/** Limits the requests in flight. A request whose body is still arriving does not count yet, because it could stay incomplete. */
export function admission({ maxInFlight, isOverloaded }: AdmissionLimits, emit: Emit): Admission {
  let requests = 0;

  return {
    inFlight: () => requests,
    admit(exchange) {
      const reason = reasonToRefuse();
      if (reason !== undefined) {
        emit({ type: 'shed', reason });
        throw new TuohsError('OVERLOADED', `no room: ${reason}`);
      }
      exchange.body.atWhole(() => begin(exchange));
    },
  };

  function begin(exchange: Exchange): void {
    requests++;
    exchange.atEnd(end);
  }

  function end(): void {
    requests--;
  }

  function reasonToRefuse(): ShedReason | undefined {
    if (requests >= maxInFlight) return 'requests';
    return isOverloaded() ? 'event_loop' : undefined;
  }
}
