import type { Socket } from 'node:net';
import type { NextTurn } from '../../core/turns.ts';

/** A connection that can be paused until its turn to be read comes. */
export interface TurnTaker {
  readonly socket: Socket;
  /** Nothing more is read from it until its turn comes. */
  isPausing: boolean;
}

/**
 * Pauses busy connections, and resumes only a few of them in each turn of the event loop, so that all others are read in between.
 * `wantsMore` says whether anything more can be read from a connection. If not, it stays paused until `goOn`.
 */
export function readingTurns<Each extends TurnTaker>(
  nextTurn: NextTurn,
  wantsMore: (connection: Each) => boolean,
) {
  return {
    /**
     * Stops reading from a connection until its turn comes, because what it has already sent is a lot of work. What is read then counts
     * as this many bytes of work.
     */
    giveWay(connection: Each, bytes: number): void {
      if (connection.isPausing) return;
      connection.isPausing = true;
      // Node resumes the socket after each request of a packet, so this has to wait for the last one.
      queueMicrotask(() => void pause(connection, bytes));
    },
    goOn,
  };

  /** Resumes reading, now or when the turn of the connection comes. */
  function goOn(connection: Each): void {
    if (!connection.isPausing && wantsMore(connection)) connection.socket.resume();
  }

  async function pause(connection: Each, bytes: number): Promise<void> {
    const { socket } = connection;
    socket.pause();
    if (socket.destroyed) return;
    if (wantsMore(connection)) await nextTurn(bytes, () => socket.destroyed, 'reading');
    connection.isPausing = false;
    goOn(connection);
  }
}
