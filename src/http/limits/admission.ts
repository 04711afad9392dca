import type { IncomingMessage } from 'node:http';
import { TuohsError } from '../../core/errors.ts';
import type { Emit, ShedReason } from '../../core/events.ts';
import type { Exchange } from '../exchange.ts';

export interface AdmissionLimits {
  readonly maxInFlight: number;
  readonly maxBodyBytes: number;
  /** Whether the event loop is too late to answer anyone in time. */
  readonly isOverloaded: () => boolean;
}

export interface Admission {
  inFlight(): number;
  /** Counts an exchange until it has ended. Throws `OVERLOADED` while there is no room. */
  admit(exchange: Exchange): void;
}

/** Bodies that are announced or under way at once, in all. */
const MAX_BYTES_IN_FLIGHT = 33_554_432;

/** A smaller body is let in whatever the others hold, so that large or slow ones cannot keep it out. */
const SMALL_BODY_BYTES = 16_384;

/** Bounds the requests, and the bytes of their bodies, that are under way at once. */
export function admission(limits: AdmissionLimits, emit: Emit): Admission {
  let requests = 0;
  let bytes = 0;

  return {
    inFlight: () => requests,
    admit(exchange) {
      const size = Math.min(announcedBytes(exchange.request), limits.maxBodyBytes);
      const reason = reasonToRefuse(size);
      if (reason !== undefined) {
        emit({ type: 'shed', reason });
        throw new TuohsError('OVERLOADED', `no room: ${reason}`);
      }
      requests++;
      bytes += size;
      exchange.atEnd(() => {
        requests--;
        bytes -= size;
      });
    },
  };

  function reasonToRefuse(size: number): ShedReason | undefined {
    if (requests >= limits.maxInFlight) return 'requests';
    if (size > SMALL_BODY_BYTES && bytes + size > MAX_BYTES_IN_FLIGHT) return 'bytes';
    if (limits.isOverloaded()) return 'event_loop';
    return undefined;
  }
}

/** A body without an announced length may become as long as it likes. */
function announcedBytes({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return Number.POSITIVE_INFINITY;
  return Number(headers['content-length'] ?? 0);
}
