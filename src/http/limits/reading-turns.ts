import type { Socket } from 'node:net';
import type { NextTurn } from '../../core/turns.ts';

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
