import type { Socket } from 'node:net';
import { TuohsError } from '../../core/errors.ts';
import type { Exchange } from '../exchange.ts';

/** What decides whether the client of a connection is slow. */
export interface Client {
  readonly socket: Socket;
  /** The exchanges that have not ended, in the order of their requests. */
  readonly exchanges: Exchange[];
  /** Whether no exchange has begun on the connection yet. */
  isNew: boolean;
  /** Whether the last answer on the connection was an error. */
  hasFailed: boolean;
  /** When the connection was opened, or when an exchange last began on it while no other was under way. */
  usedMs: number;
}

/** The largest factor that `weightOf` returns. While a body arrives, each `STEADY_BYTES` of it lower the factor. */
const MOST_WEIGHT = 10;
const STEADY_BYTES = 4096;

/**
 * Closes at most `most` connections: those that have made no progress for the longest time. `weightOf`
 * multiplies that time if the client has to send or read something. Returns the closed connections.
 */
export function closeSlowest<Each extends Client>(open: Iterable<Each>, most: number, nowMs: number): Each[] {
  const slowest = slowestFirst(open, (client) => (nowMs - client.usedMs) * weightOf(client)).slice(0, most);
  for (const { socket, exchanges } of slowest) {
    if (exchanges[0]?.reply.isUnread) socket.resetAndDestroy();
    else socket.destroy();
  }
  return slowest;
}

/**
 * The factor for the time that a connection has made no progress; 0 means that it is not closed. It is 1 for an idle
 * connection, and less if much of a body has arrived, so that idle connections are closed first. It is 10 for a new
 * connection, so an idle one is closed before it only if it has been idle for ten times as long. It is also 10 if the last request
 * was refused. Otherwise, a flood of such requests would close all idle connections. A request that waits for its turn counts as
 * idle, because a thousand large requests can be complete at the same moment, and then wait for seconds.
 */
function weightOf({ socket, isNew, hasFailed, exchanges }: Client): number {
  const [first] = exchanges;
  const last = exchanges.at(-1);
  // If our side has ended, the connection only waits for its client to close it.
  if (first === undefined || last === undefined)
    return isNew || hasFailed || socket.writableEnded ? MOST_WEIGHT : 1;
  if (first.reply.isUnread) return MOST_WEIGHT;
  if (last.isWhole) return last.waitsForTurn ? 1 : 0;
  return MOST_WEIGHT / (1 + last.body.bytes / STEADY_BYTES);
}

/** A client is slow if it leaves an answer unread for longer than this. The second limit applies if it has sent more requests. */
const UNREAD_MS = 1000;
const UNREAD_WITH_MORE_MS = 100;

/**
 * Added to the bytes of a body that have arrived. Without them, a body that has just begun would look slow, because its first
 * bytes are still on their way. A client can send this many bytes in three round trips.
 */
const START_BYTES = 65_536;

export interface Cut {
  /** How many held bytes to free. */
  readonly bytes: number;
  /** A client whose body holds no more than this is not cut off: hundreds of such clients would free less than one large body. */
  readonly sparedBytes: number;
}

/**
 * Cuts off clients that send a body or do not read their answer, the slowest first, until at least this many
 * held bytes are freed or no such client is left.
 */
export function cutSlowest(open: Iterable<Client>, { bytes, sparedBytes }: Cut, nowMs: number): void {
  let freed = 0;
  for (const client of slowestFirst(open, (each) => slownessOf(each, sparedBytes, nowMs))) {
    if (freed >= bytes) return;
    freed += cut(client, nowMs);
  }
}

/**
 * How slowly a client sends its body, in milliseconds per byte. It is the highest number if the client does
 * not read an answer, and 0 if its request is complete or holds at most `sparedBytes`.
 */
function slownessOf(client: Client, sparedBytes: number, nowMs: number): number {
  const last = client.exchanges.at(-1);
  if (doesNotRead(client, nowMs)) return Number.MAX_VALUE;
  if (last === undefined || last.isWhole || last.held.bytes <= sparedBytes) return 0;
  return Math.max(1, nowMs - last.startedMs) / (START_BYTES + last.body.bytes);
}

/** Sorts clients by this measure, the highest number first. Clients with 0 are left out. */
function slowestFirst<Each extends Client>(open: Iterable<Each>, measure: (client: Each) => number): Each[] {
  return Array.from(open, (client) => ({ client, slowness: measure(client) }))
    .filter(({ slowness }) => slowness > 0)
    .sort((one, other) => other.slowness - one.slowness)
    .map(({ client }) => client);
}

/** Whether a client has left an answer unread for too long. */
function doesNotRead({ exchanges }: Client, nowMs: number): boolean {
  const [first] = exchanges;
  const sinceMs = first?.reply.unreadSinceMs(first.startedMs);
  return sinceMs !== undefined && nowMs - sinceMs > (exchanges.length > 1 ? UNREAD_WITH_MORE_MS : UNREAD_MS);
}

/**
 * Cuts off a slow client, and returns how many held bytes that frees. A client that sends a body gets an error. If the client
 * does not read, its connection is reset. After a plain close, the system would keep megabytes of the answer for minutes.
 */
function cut(client: Client, nowMs: number): number {
  const { exchanges, socket } = client;
  const isUnread = doesNotRead(client, nowMs);
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
