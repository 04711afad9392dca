import type { Clock } from '../../core/clock.ts';
import { turnCounter } from '../../core/turns.ts';
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
