import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { TuohsError } from '../../core/errors.ts';
import { type NextTurn, turnCounter } from '../../core/turns.ts';
import { LISTENING_SOCKETS } from '../acceptors.ts';

/**
 * How many requests all connections together have to send ahead (pipelining) in one turn of the event loop before the limit of each
 * connection falls. Such requests make a turn long, because all requests of a packet are answered in the same turn.
 */
const MANY_IN_TURN = 128;
const TOO_MANY_IN_TURN = 512;

/**
 * How many requests of one connection can wait for answers to earlier ones, or arrive together. The connection closes after the
 * last. The limit is lower after `MANY_IN_TURN` requests, and lower still after `TOO_MANY_IN_TURN`.
 */
const MOST_USUALLY = 128;
const MOST_WHILE_MANY = 10;
const MOST_WHILE_TOO_MANY = 1;

/** How many requests each connection can send ahead. With fewer, turns are shorter, and new connections are accepted sooner. */
export function limitAhead(isCrowd: () => boolean, { soon }: Pick<Clock, 'soon'>) {
  const connectedInTurn = turnCounter({ soon });
  const aheadInTurn = turnCounter({ soon });

  return {
    connected: () => connectedInTurn.add(1),
    /** Counts one request, and returns how many its connection can send. */
    most(): number {
      aheadInTurn.add(1);
      const sent = aheadInTurn.count();
      // If a turn has accepted as many connections as it can, more of them are waiting.
      if (sent > TOO_MANY_IN_TURN || connectedInTurn.count() >= LISTENING_SOCKETS) return MOST_WHILE_TOO_MANY;
      return sent > MANY_IN_TURN || isCrowd() ? MOST_WHILE_MANY : MOST_USUALLY;
    },
  };
}

/**
 * Once this many pieces (or kilobytes) of bodies have arrived in one turn of the event loop, connections that send a body wait until
 * others have been read, because Node would read up to 2 MiB from each. If the number were lower, uploads over a slow network, which
 * bring one piece a turn, would also have to wait behind connections that send requests ahead.
 */
const MANY_PIECES_IN_TURN = 256;

/**
 * Once more than `pieces` pieces of bodies have arrived in one turn of the event loop, a body is refused if its pieces have fewer than
 * `bytes` bytes on average: a packet full of chunks of one byte has 10,900 pieces, which take 20 ms. The lower limit is 12 bytes,
 * because a bulk can come with a chunk for each line, and the shortest line has 12.
 */
const TOO_SHORT = [
  { pieces: 4096, bytes: 12 },
  { pieces: 12_288, bytes: 64 },
];
const TOO_SHORT_IN_CROWD = [{ pieces: MANY_PIECES_IN_TURN, bytes: 12 }, ...TOO_SHORT];

/** Limits how many pieces (chunks or packets) of bodies can arrive in one turn of the event loop. */
export function limitPieces(isCrowd: () => boolean, { soon }: Pick<Clock, 'soon'>) {
  const inTurn = turnCounter({ soon });

  return {
    add: inTurn.add,
    areMany: () => inTurn.count() >= MANY_PIECES_IN_TURN,
    /** Whether a body is refused if its pieces have this many bytes on average. */
    areTooShort(averageBytes: number): boolean {
      const limits = isCrowd() ? TOO_SHORT_IN_CROWD : TOO_SHORT;
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
  /** Nothing more is read from it until its turn comes. */
  isPausing: boolean;
}

/** How many paused connections are read again in one turn of the event loop, and as how many bytes of work that counts. */
export interface ReadingTurn {
  readonly connections: number;
  readonly bytes: number;
}

/**
 * Pauses busy connections, and resumes only a few of them in each turn of the event loop, so that all others are read in between.
 * `wantsMore` says whether anything more can be read from a connection. If not, it stays paused until `goOn`.
 */
export function readingTurns<Each extends TurnTaker>(
  nextTurn: NextTurn,
  wantsMore: (connection: Each) => boolean,
  { connections, bytes }: ReadingTurn,
) {
  /** The paused connections. Together they ask for one turn at a time, because thousands of them can come and go. */
  const waiting = new Set<Each>();
  let isResuming = false;

  return {
    /** Stops reading from a connection until its turn comes, because what it has already sent is a lot of work. */
    giveWay(connection: Each): void {
      if (connection.isPausing) return;
      connection.isPausing = true;
      // Node resumes the socket after each request of a packet, so this has to wait for the last one.
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
