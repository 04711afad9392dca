import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { TuohsError } from '../../core/errors.ts';
import { type NextTurn, turnCounter } from '../../core/turns.ts';
import { LISTENING_SOCKETS } from '../acceptors.ts';

/**
 * How many requests all connections together can send ahead (pipelining) in one turn of the event loop before each connection can
 * send fewer. Such requests make a turn long, because all requests of a packet are answered in the same turn.
 */
const MANY_IN_TURN = 128;
const TOO_MANY_IN_TURN = 512;

/**
 * How many requests of one connection can wait for answers to earlier ones, or arrive in one packet. The connection closes after
 * the last of them. `MOST_WHILE_MANY` applies after `MANY_IN_TURN` requests, `MOST_WHILE_TOO_MANY` after `TOO_MANY_IN_TURN`.
 */
const MOST_USUALLY = 128;
const MOST_WHILE_MANY = 10;
const MOST_WHILE_TOO_MANY = 1;

/** Limits the requests that each connection can send ahead. A lower limit makes turns shorter, so new connections are accepted sooner. */
export function limitAhead(isCrowd: () => boolean, { soon }: Pick<Clock, 'soon'>) {
  const connectedInTurn = turnCounter({ soon });
  const aheadInTurn = turnCounter({ soon });

  return {
    connected: () => connectedInTurn.add(1),
    /** Counts a request that was sent ahead. Returns the most requests that its connection can send ahead. */
    most(): number {
      aheadInTurn.add(1);
      const sent = aheadInTurn.count();
      // If a turn has accepted as many connections as it can, more of them are probably waiting.
      if (sent > TOO_MANY_IN_TURN || connectedInTurn.count() >= LISTENING_SOCKETS) return MOST_WHILE_TOO_MANY;
      return sent > MANY_IN_TURN || isCrowd() ? MOST_WHILE_MANY : MOST_USUALLY;
    },
  };
}

/**
 * Once this many pieces (or kilobytes) of bodies have arrived in one turn of the event loop, connections that send a body are
 * paused until others have been read, because Node would read up to 2 MiB from each. A lower number would also pause uploads over
 * a slow network, which bring one piece in each turn. They would then wait behind connections that send requests ahead.
 */
const MANY_PIECES_IN_TURN = 256;

/**
 * Once more than `pieces` pieces of bodies have arrived in one turn of the event loop, a body is refused if its pieces are
 * shorter than `bytes` bytes on average. A packet full of one-byte chunks has 10,900 pieces, which take 20 ms. The first
 * limit is 12 bytes, because a client can send each line of a bulk as a chunk, and the shortest line has 12 bytes.
 */
const TOO_SHORT = [
  { pieces: 4096, bytes: 12 },
  { pieces: 12_288, bytes: 512 },
];
const TOO_SHORT_IN_CROWD = [{ pieces: MANY_PIECES_IN_TURN, bytes: 12 }, ...TOO_SHORT];

/**
 * During a crowd, a body is also refused if its pieces are shorter than this on average, and other connections have brought
 * `MANY_PIECES_IN_TURN` before it in the turn. Its own pieces do not count: a fast bulk with a chunk for each line has up to 3,900.
 */
const SHORT_BEHIND_OTHERS_BYTES = 512;

/** Limits how many pieces (chunks or packets) of bodies can arrive in one turn of the event loop. */
export function limitPieces(isCrowd: () => boolean, { soon }: Pick<Clock, 'soon'>) {
  const inTurn = turnCounter({ soon });
  /** The connection that is being read, and how many pieces others have brought in this turn before it. */
  let current: Socket | undefined;
  let ofOthers = 0;

  return {
    add(pieces: number, socket: Socket): void {
      if (socket !== current || inTurn.count() === 0) ofOthers = inTurn.count();
      current = socket;
      inTurn.add(pieces);
    },
    areMany: () => inTurn.count() >= MANY_PIECES_IN_TURN,
    /** Whether the body that is being read is refused if its pieces have this many bytes on average. */
    areTooShort(averageBytes: number): boolean {
      const isCrowding = isCrowd();
      const isBehindOthers = ofOthers >= MANY_PIECES_IN_TURN && averageBytes < SHORT_BEHIND_OTHERS_BYTES;
      if (isCrowding && isBehindOthers) return true;
      const limits = isCrowding ? TOO_SHORT_IN_CROWD : TOO_SHORT;
      return limits.some(({ pieces, bytes }) => inTurn.count() > pieces && averageBytes < bytes);
    },
  };
}

export function tooManyPieces(): TuohsError {
  return new TuohsError('OVERLOADED', 'bodies in too many pieces', {
    detail: 'The chunks of the body are too short; send it with Content-Length, or in longer chunks.',
  });
}

/** A connection that can be paused until its turn to be read comes. */
export interface TurnTaker {
  readonly socket: Socket;
  /** Whether it is paused: nothing more is read from it until its turn comes. */
  isPausing: boolean;
}

/** How many paused connections are resumed in one turn of the event loop, and how many bytes of work all of them count as. */
export interface ReadingTurn {
  readonly connections: number;
  readonly bytes: number;
}

/**
 * Pauses busy connections, and resumes only a few of them in each turn of the event loop, so that all others are read in between.
 * `wantsMore` says whether anything more can be read from a connection. If not, the connection stays paused until `goOn` is called.
 */
export function readingTurns<Each extends TurnTaker>(
  nextTurn: NextTurn,
  wantsMore: (connection: Each) => boolean,
  { connections, bytes }: ReadingTurn,
) {
  /** The paused connections. They share one request for the next turn: if thousands asked one by one, other clients would wait longer. */
  const waiting = new Set<Each>();
  let isResuming = false;

  return {
    /** Pauses a connection until its turn comes. Call this if what it has already sent is a lot of work. */
    giveWay(connection: Each): void {
      if (connection.isPausing) return;
      connection.isPausing = true;
      // Node resumes the socket after each request of a packet, so the pause must come after the last request.
      queueMicrotask(() => pause(connection));
    },
    goOn,
    /** Call it when the connection is closed. */
    leave: (connection: Each) => void waiting.delete(connection),
  };

  /** Resumes reading, now or when the turn of the connection comes. */
  function goOn(connection: Each): void {
    if (!connection.isPausing && wantsMore(connection)) connection.socket.resume();
  }

  function pause(connection: Each): void {
    connection.socket.pause();
    if (connection.socket.destroyed) return;
    if (!wantsMore(connection)) {
      connection.isPausing = false;
      return;
    }
    waiting.add(connection);
    if (!isResuming) void resumeInTurns();
  }

  async function resumeInTurns(): Promise<void> {
    isResuming = true;
    while (waiting.size > 0) {
      await nextTurn(bytes, undefined, 'reading');
      let left = connections;
      for (const next of waiting) {
        if (left-- === 0) break;
        resume(next);
      }
    }
    isResuming = false;
  }

  function resume(connection: Each): void {
    waiting.delete(connection);
    connection.isPausing = false;
    goOn(connection);
  }
}
