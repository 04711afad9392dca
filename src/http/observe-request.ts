import type { FastifyReply, FastifyRequest } from 'fastify';
import type { World } from '../core/events.ts';

/** Tells of a request when its answer has left. */
export function observeRequest(request: FastifyRequest, { raw }: FastifyReply, { clock, emit }: World): void {
  const startedAt = clock.now();
  raw.once('close', () => {
    emit({
      type: 'answered',
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: raw.writableFinished ? raw.statusCode : CLIENT_CLOSED_REQUEST,
      durationMs: clock.now() - startedAt,
      requestId: request.id,
    });
  });
}

// Nobody gets this status over the wire: the client hung up before its answer was written.
const CLIENT_CLOSED_REQUEST = 499;
