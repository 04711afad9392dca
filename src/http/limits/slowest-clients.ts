import { TuohsError } from '../../core/errors.ts';
import type { Connection } from './connections.ts';

/**
 * An answer that stays unread for this long is slow: UNREAD_WITH_MORE_MS if its client has sent more requests, else UNREAD_MS.
 */
const UNREAD_MS = 1000;
const UNREAD_WITH_MORE_MS = 100;

/** This much of each body counts as arrived from the start: what a client can send in three round trips through the network. */
const START_BYTES = 65_536;

/**
 * Frees at least this many held bytes, if there are that many to free. Cuts off clients that send a body or do not read their
 * answer, the slowest first.
 */
export function cutSlowest(open: Iterable<Connection>, bytes: number, nowMs: number): void {
  const slow: { connection: Connection; rate: number }[] = [];
  for (const connection of open) {
    const rate = rateOf(connection, nowMs);
    if (rate !== undefined) slow.push({ connection, rate });
  }
  slow.sort((one, other) => one.rate - other.rate);
  let freed = 0;
  for (const { connection } of slow) {
    if (freed >= bytes) return;
    freed += cut(connection, nowMs);
  }
}

/**
 * How fast a body arrives, in bytes a millisecond; 0 if an answer is not read; `undefined` for a client that owes nothing. Without
 * `START_BYTES`, a body whose first bytes are still on their way through the network would be the slowest of all.
 */
function rateOf(connection: Connection, nowMs: number): number | undefined {
  const last = connection.exchanges.at(-1);
  if (doesNotRead(connection, nowMs)) return 0;
  if (last === undefined || last.isWhole) return undefined;
  return (START_BYTES + last.held.bytesOfBody) / Math.max(1, nowMs - last.startedMs);
}

/** Whether its client has not read an answer for too long. */
function doesNotRead({ exchanges }: Connection, nowMs: number): boolean {
  const [first] = exchanges;
  const sinceMs = first?.reply.unreadSinceMs(first.startedMs);
  return sinceMs !== undefined && nowMs - sinceMs > (exchanges.length > 1 ? UNREAD_WITH_MORE_MS : UNREAD_MS);
}

/**
 * Cuts off a slow client, and returns how many held bytes that frees. A client that sends a body gets an answer that says so. The
 * connection of one that does not read is reset. If it were only closed, the system would keep megabytes of the answer for minutes.
 */
function cut(connection: Connection, nowMs: number): number {
  const { exchanges, socket } = connection;
  const isUnread = doesNotRead(connection, nowMs);
  const ending = isUnread ? exchanges : exchanges.slice(-1);
  let freed = 0;
  if (isUnread) socket.resetAndDestroy();
  for (const exchange of ending) {
    freed += exchange.held.bytes;
    if (!isUnread) exchange.breakBody(tooSlow());
    exchange.held.release();
  }
  return freed;
}

function tooSlow(): TuohsError {
  return new TuohsError('OVERLOADED', 'the slowest clients make room', {
    detail: 'The body arrived more slowly than the service could wait for; send it again.',
  });
}
