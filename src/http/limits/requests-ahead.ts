import { burst, type Clock, turnCounter } from '../../core/clock.ts';
import { LISTENING_SOCKETS } from '../acceptors.ts';

/** Requests of one connection that wait for answers to earlier ones, or arrive together. The connection closes after the last. */
const MOST = 128;
const MOST_OF_MANY = 10;
const MOST_OF_TOO_MANY = 1;

/** How many requests of all connections together in a turn of the event loop are many. A packet is answered in one turn. */
const MANY_IN_TURN = 128;
const TOO_MANY_IN_TURN = 512;

/** A crowd: this many new connections in this time. A crowd that comes back as soon as it is cut off could make each turn long. */
const CROWD = { connections: 32, ms: 200 };

/** How many requests each connection can send ahead. With fewer, turns are shorter, and new connections are accepted sooner. */
export function limitAhead({ soon }: Pick<Clock, 'soon'>) {
  const connectedInTurn = turnCounter({ soon });
  const crowd = burst(CROWD.connections, CROWD.ms);
  const aheadInTurn = turnCounter({ soon });

  return {
    connected(nowMs: number): void {
      connectedInTurn.add(1);
      crowd.add(nowMs);
    },
    /** Counts one request, and returns how many its connection can send. */
    most(nowMs: number): number {
      aheadInTurn.add(1);
      const sent = aheadInTurn.count();
      // If a turn accepts as many connections as it can, more of them wait.
      if (sent > TOO_MANY_IN_TURN || connectedInTurn.count() >= LISTENING_SOCKETS) return MOST_OF_TOO_MANY;
      return sent > MANY_IN_TURN || crowd.isOn(nowMs) ? MOST_OF_MANY : MOST;
    },
  };
}
