import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { World } from '../core/events.ts';

/** Tells of each request when its answer has left, and cuts off those that go on sending a body nobody reads. */
export function observeRequests(server: FastifyInstance, { clock, emit }: World): void {
  server.addHook('onRequest', (request, reply, done) => {
    const startedAt = clock.now();
    reply.raw.once('close', () => {
      emit({
        type: 'answered',
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.raw.writableFinished ? reply.raw.statusCode : CLIENT_CLOSED_REQUEST,
        durationMs: clock.now() - startedAt,
        requestId: request.id,
      });
      if (!request.raw.complete) clock.after(LINGER_MS, () => endUnread(request));
    });
    done();
  });
}

// Nobody gets this status over the wire: the client hung up before its answer was written.
const CLIENT_CLOSED_REQUEST = 499;

// Long enough for a client that is still sending to read why it was refused; a reset at once would hide the answer.
const LINGER_MS = 1000;

function endUnread({ raw }: FastifyRequest): void {
  if (!raw.complete) raw.socket.destroy();
}
