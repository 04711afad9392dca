import type { Socket } from 'node:net';
import { TuohsError } from '../../core/errors.ts';
import type { Exchange } from '../exchange.ts';

/** A client with one connection, and what it owes us. */
export interface Client {
  readonly socket: Socket;
  /** In the order of their requests. Each is removed when its answer has left. */
  readonly exchanges: Exchange[];
  /** No exchange has begun on it yet. */
  isNew: boolean;
  /** Its last answer was an error. */
  hasFailed: boolean;
  /** When it was opened, or when an exchange last began on it while no other was under way. */
  usedMs: number;
}

/** Multiplies the time without progress of a client that owes us something. Each `STEADY_BYTES` of its body lower the factor. */
const MOST_WEIGHT = 10;
const STEADY_BYTES = 4096;

/**
 * Closes at most this many connections: those that have made no progress for the longest time. That time is multiplied for a
 * client that owes us something. Returns the closed ones.
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
 * The factor for the time that a connection has made no progress. An idle connection must be closed before one whose body
 * arrives steadily and, if it has been idle for long, before a new one whose first request is not read yet. A connection whose last
 * request was refused must be closed before an idle one; otherwise a flood of such requests would close all idle connections. A
 * client whose work has not begun counts as idle, because a thousand large requests can be complete at the same moment, and then
 * wait for seconds.
 */
function weightOf({ socket, isNew, hasFailed, exchanges }: Client): number {
  const [first] = exchanges;
  const last = exchanges.at(-1);
  // After its last answer, a connection waits only for its client to end it.
  if (first === undefined || last === undefined)
    return isNew || hasFailed || socket.writableEnded ? MOST_WEIGHT : 1;
  if (first.reply.isUnread) return MOST_WEIGHT;
  if (last.isWhole) return last.waitsForTurn ? 1 : 0;
  return MOST_WEIGHT / (1 + last.body.bytes / STEADY_BYTES);
}

/**
 * An answer that stays unread for this long is slow: UNREAD_WITH_MORE_MS if its client has sent more requests, else UNREAD_MS.
 */
const UNREAD_MS = 1000;
const UNREAD_WITH_MORE_MS = 100;

/** So many bytes of each body count as arrived when it begins: what a client can send in three round trips through the network. */
const START_BYTES = 65_536;

export interface Cut {
  /** How many held bytes to free. */
  readonly bytes: number;
  /** A client whose body holds at most this much is not cut off: hundreds of them would free less than a single large body. */
  readonly sparedBytes: number;
}

/**
 * Frees at least this many held bytes, if there are that many to free. Cuts off clients that send a body or do not read their
 * answer, the slowest first.
 */
export function cutSlowest(open: Iterable<Client>, { bytes, sparedBytes }: Cut, nowMs: number): void {
  let freed = 0;
  for (const client of slowestFirst(open, (each) => slownessOf(each, sparedBytes, nowMs))) {
    if (freed >= bytes) return;
    freed += cut(client, nowMs);
  }
}

/**
 * How slowly a body arrives, in milliseconds a byte; the highest number if an answer is not read; 0 for a client that owes nothing,
 * and for one that holds little. Without `START_BYTES`, a body whose first bytes are still on their way through the network would be
 * the slowest of all.
 */
function slownessOf(client: Client, sparedBytes: number, nowMs: number): number {
  const last = client.exchanges.at(-1);
  if (doesNotRead(client, nowMs)) return Number.MAX_VALUE;
  if (last === undefined || last.isWhole || last.held.bytes <= sparedBytes) return 0;
  return Math.max(1, nowMs - last.startedMs) / (START_BYTES + last.body.bytes);
}

/** The clients in the order of this measure, those with the highest number first. Clients with 0 are left out. */
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
 * Cuts off a slow client, and returns how many held bytes that frees. A client that sends a body gets an error. The
 * connection of one that does not read is reset. If it were only closed, the system would keep megabytes of the answer for minutes.
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
