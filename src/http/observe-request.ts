import type { ServerResponse } from 'node:http';
import type { World } from '../core/events.ts';

export interface RequestFacts {
  readonly method: string;
  readonly id: string;
  /** Read when the answer has left: some requests never get a route. */
  readonly route: () => string;
}

/** Tells of a request when its answer has left. */
export function observeRequest(
  { method, id, route }: RequestFacts,
  response: ServerResponse,
  { clock, emit }: World,
): void {
  const startedAt = clock.now();
  response.on('close', () => {
    emit({
      type: 'answered',
      method,
      route: route(),
      status: response.writableFinished ? response.statusCode : CLIENT_CLOSED_REQUEST,
      durationMs: clock.now() - startedAt,
      requestId: id,
    });
  });
}

// Nobody gets this status over the wire: the client hung up before its answer was written.
const CLIENT_CLOSED_REQUEST = 499;
