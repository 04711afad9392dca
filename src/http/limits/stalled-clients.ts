import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { TuohsError } from '../../core/errors.ts';
import type { Connections } from './connections.ts';

/** How much more time a client that does not read gets, as a last chance. */
const LAST_CHANCE_MS = 1000;

export interface StallLimits {
  /** How long a client with a request can go on without sending more of its body or reading its answer. */
  readonly slowClientMs: number;
  /** How long a connection can stay open without a request. */
  readonly keepAliveTimeoutMs: number;
  readonly isClosing: () => boolean;
}

/**
 * Handles a connection whose idle timer has ended. Node restarts that timer whenever bytes move on the socket. A client is cut
 * off if it has to send the rest of a body, or to read its answer. A client whose request waits for the upstream is not cut off.
 */
export function stalledClients(
  open: Connections,
  { slowClientMs, keepAliveTimeoutMs, isClosing }: StallLimits,
  { soon }: Pick<Clock, 'soon'>,
) {
  return (socket: Socket): void => {
    const { bytesRead } = socket;
    // If the process was frozen, bytes that arrived meanwhile have not been read yet. They are read before the check.
    soon(() => socket.bytesRead === bytesRead && stalled(socket));
  };

  function stalled(socket: Socket): void {
    const connection = open.of(socket);
    if (connection === undefined) return;
    const { exchanges, isPausing } = connection;
    const last = exchanges.at(-1);
    if (exchanges[0]?.reply.isUnread) return withoutReading(socket);
    // We have paused this connection to read others first, so its client is not to blame.
    if (isPausing) return void socket.setTimeout(slowClientMs);
    if (last === undefined) return withoutRequest(socket);
    // If the body waits for answers to earlier requests, we have stopped reading it, and the client is not to blame.
    if (!last.isWhole && last.body.wantsMore) last.breakBody(bodyStalled());
  }

  /**
   * Resets the connection of a client that does not read its answer. Before that, the client gets LAST_CHANCE_MS more: if our own
   * process was frozen, it has passed no bytes to the system, so the client could not read any. If the system
   * accepted bytes before the timer ended, Node starts the timer again, so a client has up to twice its time.
   */
  function withoutReading(socket: Socket): void {
    if (socket.timeout === LAST_CHANCE_MS) socket.resetAndDestroy();
    else socket.setTimeout(LAST_CHANCE_MS);
  }

  /** Closes an unused connection after the keep-alive time, without an answer. Browsers and load balancers open some in advance. */
  function withoutRequest(socket: Socket): void {
    if (isClosing() || socket.timeout === keepAliveTimeoutMs) socket.destroy();
    else socket.setTimeout(keepAliveTimeoutMs);
  }
}

function bodyStalled(): TuohsError {
  return new TuohsError('REQUEST_TIMEOUT', 'the body stalled', {
    detail: 'The body stopped arriving before it was whole.',
  });
}
