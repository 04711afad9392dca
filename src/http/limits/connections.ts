import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { burst, type Clock } from '../../core/clock.ts';
import { type NextTurn, turnCounter } from '../../core/turns.ts';
import type { Exchange } from '../exchange.ts';
import { skipBodyInPacket } from '../node-http.ts';
import { PIECES, SMALL_REST_BYTES } from '../request-body.ts';
import { type Client, closeSlowest } from './slowest-clients.ts';
import { limitAhead, limitPieces, readingTurns, type TurnTaker, tooManyPieces } from './turn-limits.ts';

/** A connection of a client, and its exchanges. */
export interface Connection extends Client, TurnTaker {
  /** The sum of `Exchange.bytes` of all its requests so far. */
  requestBytes: number;
  /**
   * The packet that is being read. `end` is how many bytes had been read from the socket at the end of the
   * packet. `requests` is how many requests of the packet came before the current one.
   */
  readonly packet: { end: number; requests: number };
  /** Whether bytes have arrived that are not HTTP. Nothing after them counts as a request. */
  isBroken: boolean;
  /**
   * Whether it has sent as many requests ahead as it can, or a request whose head was refused. If so, nothing
   * more is read from it, and it closes after the last answer.
   */
  isFull: boolean;
}

export type Connections = ReturnType<typeof connections>;

export interface ConnectionLimits {
  readonly maxConnections: number;
  /** How long a client with a request can go on without sending more of its body or reading its answer. */
  readonly slowClientMs: number;
}

export interface ConnectionsHost {
  readonly clock: Pick<Clock, 'now' | 'soon' | 'after'>;
  readonly nextTurn: NextTurn;
  isClosing(): boolean;
}

/** How many connections are closed together at the limit. With fewer, a flood would cause a search of all connections for each new one. */
const CLOSED_AT_ONCE = 16;

/** How long a client has to close its connection after the last answer. `CLOSING_LINGER_MS` applies while the server closes. */
const LINGER_MS = 1000;
const CLOSING_LINGER_MS = 250;

/**
 * This many new connections in this time are a crowd. During a crowd, the limits for each connection are lower.
 * Otherwise, clients that come back as soon as they are cut off could make each turn of the event loop long.
 */
const CROWD = { connections: 32, ms: 200 };

/**
 * Once this many requests have failed in one turn of the event loop, a connection whose request fails is paused, so
 * that others are read first. Otherwise, clients that ask again as soon as they are refused would make each turn long.
 */
const MANY_FAILED_IN_TURN = 16;

/**
 * How many paused connections are resumed in one turn of the event loop, and how many bytes of work they count as
 * together. Node can read 64 KiB from a busy connection at once. After a failure, the next request is usually short.
 */
const BUSY = { connections: 1, bytes: 65_536 };
const AFTER_FAILURE = { connections: 8, bytes: 4096 };

/** The open connections of a server, at most `maxConnections`. */
export function connections(
  { maxConnections, slowClientMs }: ConnectionLimits,
  { clock, nextTurn, isClosing }: ConnectionsHost,
) {
  const open = new Map<Duplex, Connection>();
  const crowd = burst(CROWD.connections, CROWD.ms, clock);
  const ahead = limitAhead(crowd.isOn, clock);
  const pieces = limitPieces(crowd.isOn, clock);
  const failedInTurn = turnCounter(clock);
  const reading = readingTurns(nextTurn, wantsMore, BUSY);
  const afterFailure = readingTurns(nextTurn, wantsMore, AFTER_FAILURE);

  return {
    /** Adds a connection. At the limit, closes those that have made no progress for the longest time. */
    add(socket: Socket): void {
      ahead.connected();
      crowd.add();
      // If a socket has no address, its client left before we accepted the connection. Its requests would still be read and answered.
      if (socket.remoteAddress === undefined) return void socket.destroy();
      if (open.size >= maxConnections) makeRoom();
      if (open.size >= maxConnections) return void socket.destroy();
      const connection: Connection = {
        socket,
        exchanges: [],
        isNew: true,
        hasFailed: false,
        usedMs: clock.now(),
        isPausing: false,
        requestBytes: 0,
        packet: { end: 0, requests: 0 },
        isBroken: false,
        isFull: false,
      };
      open.set(socket, connection);
      const closeSoon = socket.destroySoon;
      // Node calls this after the last answer of a connection.
      socket.destroySoon = () => (endsItself(connection) ? closeSoon.call(socket) : linger(connection));
      socket.on('close', () => {
        open.delete(socket);
        reading.leave(connection);
        afterFailure.leave(connection);
        endExchanges(connection);
      });
    },
    of: (socket: Duplex) => open.get(socket),
    /**
     * Adds an exchange to its connection. If the previous exchange has not ended, returns it, and the new exchange must wait for its
     * end. Without this wait, a connection that sends many requests together would take room and turns from other connections.
     */
    begin(exchange: Exchange): Exchange | undefined {
      // A request that a test injects has no connection.
      const connection = open.get(exchange.request.socket);
      if (connection === undefined) return undefined;
      const { exchanges, packet, socket } = connection;
      // The socket can still have the time-out of an idle connection, or of a last chance to read (`stalledClients`).
      if (socket.timeout !== slowClientMs && !isClosing()) socket.setTimeout(slowClientMs);
      const before = exchanges.at(-1);
      connection.isNew = false;
      if (exchanges.length === 0) connection.usedMs = exchange.startedMs;
      countInPacket(connection);
      connection.requestBytes += exchange.bytes;
      if (exchange.request.headers.upgrade !== undefined)
        exchange.reply.closeUnlessAt(connection.requestBytes);
      const isAhead = exchanges.length > 0 || packet.requests > 0;
      if (isAhead) takeAhead(connection);
      if (!exchange.hold({ isAhead })) connection.isFull = true;
      if (connection.isFull) exchange.reply.closeAfter();
      exchanges.push(exchange);
      exchange.atEnd(leave);
      return before;
    },
    /** If this turn has had many pieces, pauses the connection to read others first. Refuses the body if its pieces are too short. */
    manyPieces(socket: Socket, averageBytes: number): void {
      const connection = open.get(socket);
      pieces.add(PIECES, socket);
      if (connection === undefined || !pieces.areMany()) return;
      reading.giveWay(connection);
      if (!pieces.areTooShort(averageBytes)) return;
      skipBodyInPacket(socket, clock);
      const last = connection.exchanges.at(-1);
      if (last && !last.body.isBroken) last.breakBody(tooManyPieces());
    },
    /** Skips the body in this packet. Then pauses the connection, because skipping 64 KiB of short chunks takes a millisecond. */
    skipPacket(socket: Socket): void {
      const connection = open.get(socket);
      skipBodyInPacket(socket, clock);
      if (connection) reading.giveWay(connection);
    },
    readOn(socket: Socket): void {
      const connection = open.get(socket);
      if (connection) reading.goOn(connection);
    },
    count: () => open.size,
    all: () => open.values(),
  };

  /**
   * Ends our side of a connection after its last answer, but closes the connection later. If it were closed while the client
   * still sends, or while some bytes are unread, the system would reset it, and the client would lose answers that are on their
   * way (RFC 9112 §9.6). Up to `SMALL_REST_BYTES` of what the client still sends are read and thrown away without being parsed.
   * Nothing more is read from a client that has sent too many requests ahead, but it has time to read its answers.
   */
  function linger(connection: Connection): void {
    const { socket } = connection;
    socket.end();
    endExchanges(connection);
    const mostBytes = socket.bytesRead + SMALL_REST_BYTES;
    // When the client ends its side, this listener of Node would end ours a second time, which is an error.
    socket.removeAllListeners('end');
    socket.removeAllListeners('data').on('data', () => socket.bytesRead > mostBytes && socket.pause());
    reading.goOn(connection);
    const cancel = clock.after(isClosing() ? CLOSING_LINGER_MS : LINGER_MS, () => socket.destroy());
    socket.on('close', cancel);
  }

  /** Ends the exchanges of a closed connection. Node does not emit `close` for answers that wait for an earlier one. */
  function endExchanges({ exchanges }: Connection): void {
    for (const { response } of [...exchanges]) response.emit('close');
  }

  function leave(exchange: Exchange): void {
    const connection = open.get(exchange.request.socket);
    if (connection === undefined) return;
    connection.exchanges.splice(connection.exchanges.indexOf(exchange), 1);
    connection.hasFailed = exchange.reply.status >= 400;
    if (connection.hasFailed) giveWayIfMany(connection);
  }

  function giveWayIfMany(connection: Connection): void {
    failedInTurn.add(1);
    if (failedInTurn.count() >= MANY_FAILED_IN_TURN) afterFailure.giveWay(connection);
  }

  /**
   * Counts a request that was sent ahead, and pauses its connection. Only one connection that sends ahead is
   * resumed in a turn, because Node would read up to 2 MiB from each.
   */
  function takeAhead(connection: Connection): void {
    const { exchanges, packet } = connection;
    connection.isFull = Math.max(exchanges.length, packet.requests) >= ahead.most();
    reading.giveWay(connection);
  }

  function makeRoom(): void {
    const most = Math.min(CLOSED_AT_ONCE, Math.ceil(maxConnections / 8));
    for (const { socket } of closeSlowest(open.values(), most, clock.now())) open.delete(socket);
  }
}

/** Whether to go on reading from a connection: the rest of its last request, or another request. */
function wantsMore({ isFull, exchanges }: Connection): boolean {
  const last = exchanges.at(-1);
  return last === undefined || last.isWhole ? !isFull : last.body.wantsMore;
}

/** Whether the client has asked to close the connection after its request, which has been answered. */
function endsItself({ exchanges }: Connection): boolean {
  const [first] = exchanges;
  return exchanges.length === 1 && first?.isWhole === true && !first.response.shouldKeepAlive;
}

/** Counts the requests of one packet. Known texts are answered at once, so their requests would otherwise never count as sent ahead. */
function countInPacket({ packet, socket }: Connection): void {
  const { bytesRead } = socket;
  packet.requests = packet.end === bytesRead ? packet.requests + 1 : 0;
  packet.end = bytesRead;
}
