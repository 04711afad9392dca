import type { Socket } from 'node:net';
import type { NextTurn } from '../../core/clock.ts';

/** A connection that takes turns in being read. */
export interface TurnTaker {
  readonly socket: Socket;
  /** Nothing more of it is read until its turn comes. */
  isPausing: boolean;
  /** Nothing more of it is read at all. */
  readonly isFull: boolean;
}

/** The order in which busy connections are read: one in a turn of the event loop, so that all others are read in between. */
export interface ReadingTurns {
  /** Reads no more of a connection until its turn comes, because what was already read makes much work. */
  giveWay(connection: TurnTaker): void;
  /** The connection is closed. */
  leave(connection: TurnTaker): void;
}

/** What Node reads of a connection at once. */
const READ_AT_ONCE_BYTES = 65_536;

export function readingTurns(nextTurn: NextTurn): ReadingTurns {
  /** Only the first of them waits in the queue of turns, because thousands can come and go. */
  const waiting = new Set<TurnTaker>();
  let isResuming = false;

  return {
    giveWay(connection) {
      if (connection.isPausing) return;
      connection.isPausing = true;
      const { socket } = connection;
      // Node resumes the socket after each request of a packet, so this has to wait for the last one.
      queueMicrotask(() => {
        socket.pause();
        if (connection.isFull || socket.destroyed) return;
        waiting.add(connection);
        if (!isResuming) void resumeInTurns();
      });
    },
    leave: (connection) => void waiting.delete(connection),
  };

  async function resumeInTurns(): Promise<void> {
    isResuming = true;
    while (waiting.size > 0) {
      await nextTurn(READ_AT_ONCE_BYTES);
      const [next] = waiting;
      if (next) resume(next);
    }
    isResuming = false;
  }

  function resume(connection: TurnTaker): void {
    waiting.delete(connection);
    connection.isPausing = false;
    if (!connection.isFull) connection.socket.resume();
  }
}
