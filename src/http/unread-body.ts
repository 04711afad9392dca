import type { IncomingMessage } from 'node:http';
import type { Clock } from '../core/clock.ts';

// Long enough for a client that is still sending to read why it was refused; a reset at once would hide the answer.
const LINGER_MS = 1000;

// A body of this size arrives while its client reads the answer; what is longer is left in the network's buffers.
const FRIENDLY_BYTES = 4_194_304;

/** Throws away what still comes of a body that was refused, within reason. */
export function discardRest(request: IncomingMessage): void {
  if (isFriendly(request)) request.resume();
  else request.pause();
}

/** Cuts off a client that goes on sending a body when it has its answer. */
export function endUnreadBody(request: IncomingMessage, clock: Clock): void {
  if (request.complete || request.destroyed) return;
  if (!isFriendly(request)) request.socket.pause();
  clock.after(LINGER_MS, () => {
    if (!request.complete) request.destroy();
  });
}

/** Whether the body is announced, and small enough to be read for nothing. */
function isFriendly({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length']) <= FRIENDLY_BYTES;
}
