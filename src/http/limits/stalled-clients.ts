import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { TuohsError } from '../../core/errors.ts';
import type { Connections } from './connections.ts';

/** How much longer a client gets to read. */
const LAST_CHANCE_MS = 1000;

export interface StallLimits {
  /** How long a client with a request can go without sending or reading what is due. */
  readonly slowClientMs: number;
  /** How long a connection can stay open without a request. */
  readonly keepAliveTimeoutMs: number;
  readonly isClosing: () => boolean;
}

/**
 * Handles a connection on which nothing has moved for as long as its timer allows. A client that owes us something (the rest
 * of a body, the reading of its answer) is cut off; one whose request waits for the upstream owes nothing. Node restarts the timer of
 * a socket whenever something moves on it, and itself ends the wait for the rest of a head.
 */
export function stalledClients(
  open: Connections,
  { slowClientMs, keepAliveTimeoutMs, isClosing }: StallLimits,
  { soon }: Pick<Clock, 'soon'>,
) {
  return (socket: Socket): void => {
    const { bytesRead } = socket;
    // If the process was frozen, what arrived during that time has not been read yet.
    soon(() => socket.bytesRead === bytesRead && stalled(socket));
  };

  function stalled(socket: Socket): void {
    const connection = open.of(socket);
    if (connection === undefined) return;
    const { exchanges, isPausing } = connection;
    const last = exchanges.at(-1);
    if (exchanges[0]?.reply.isUnread) return withoutReading(socket);
    // What it has sent is not read yet, because others are read first.
    if (isPausing) return void socket.setTimeout(slowClientMs);
    if (last === undefined) return withoutRequest(socket);
    // If we stopped reading a body because earlier requests wait, its client owes us nothing.
    if (!last.isWhole && last.body.wantsMore) last.breakBody(bodyStalled());
  }

  /**
   * When the timer ends, Node starts it again if the system has accepted bytes meanwhile, so a client has up to twice its time. A
   * frozen process cannot pass bytes to the system, so each client gets a last chance to read.
   */
  function withoutReading(socket: Socket): void {
    if (socket.timeout === LAST_CHANCE_MS) socket.resetAndDestroy();
    else socket.setTimeout(LAST_CHANCE_MS);
  }

  /** Browsers and load balancers open connections before they need them. So these close after the keep-alive time, without an answer. */
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
