import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { TuohsError } from '../core/errors.ts';
import type { Event, ShedReason, World } from '../core/events.ts';
import { problemFor } from './problem.ts';
import { requestId } from './request-id.ts';
import { STANDARD_HEADERS } from './standard-headers.ts';
import { endUnreadBody } from './unread-body.ts';

export interface AdmissionLimits {
  readonly maxInFlight: number;
  readonly maxBodyBytes: number;
  /** Whether the event loop is too late to answer anybody in time. */
  readonly isOverloaded: () => boolean;
}

export interface Admission {
  inFlight(): number;
  /** Lets requests through to `listener` while there is room; refuses the others before their body is read. */
  guard(listener: RequestListener): RequestListener;
}

/** Bodies that are announced or under way at once, in all. */
const MAX_BYTES_IN_FLIGHT = 33_554_432;

/** A smaller body is let in whatever the others hold, so that large or slow ones cannot keep it out. */
const SMALL_BODY_BYTES = 16_384;

/** Bounds the requests, and the bytes of their bodies, that are under way at once. */
export function admission(limits: AdmissionLimits, { clock, emit }: World): Admission {
  let requests = 0;
  let bytes = 0;

  return {
    inFlight: () => requests,
    guard: (listener) => (request, response) => {
      const size = Math.min(announcedBytes(request), limits.maxBodyBytes);
      const reason = reasonToRefuse(size);
      if (reason !== undefined) {
        emit({ type: 'shed', reason });
        response.on('close', () => endUnreadBody(request, clock));
        return emit(refuse(request, response));
      }
      requests++;
      bytes += size;
      response.on('close', () => {
        requests--;
        bytes -= size;
        endUnreadBody(request, clock);
      });
      listener(request, response);
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

/** Answers at the least cost, for there may be many to refuse. */
function refuse(request: IncomingMessage, response: ServerResponse): Event {
  const id = requestId(request.headers['x-request-id']);
  const { status, headers, body } = problemFor(new TuohsError('OVERLOADED', 'no room'), id);
  response.writeHead(status, { ...STANDARD_HEADERS, ...headers, 'x-request-id': id }).end(body);
  const { method = '' } = request;
  return { type: 'answered', method, route: 'none', status, durationMs: 0, requestId: id };
}
