import type { Clock } from '../../core/clock.ts';
import { TuohsError } from '../../core/errors.ts';
import { turnCounter } from '../../core/turns.ts';

/**
 * Once all bodies together have come in this many pieces (or kilobytes) in one turn of the event loop, connections that send a body
 * wait until others have been read: Node would read up to 2 MiB from each. With a lower number, an upload over a slow network, which
 * brings one piece a turn, would have to wait for connections that send requests ahead.
 */
const MANY_PIECES_IN_TURN = 256;

/**
 * Once all bodies together have come in more than `pieces` in one turn of the event loop, a body whose pieces have fewer than `bytes`
 * on average is refused. A packet full of chunks of one byte has 10,900 pieces, which take 20 ms. A bulk can come with
 * a chunk for each line, and the shortest line has 12 bytes.
 */
const TOO_SHORT = [
  { pieces: 4096, bytes: 12 },
  { pieces: 12_288, bytes: 64 },
];
const TOO_SHORT_IN_CROWD = [{ pieces: MANY_PIECES_IN_TURN, bytes: 12 }, ...TOO_SHORT];

/** Limits in how many pieces (chunks or packets) all bodies together can come in one turn of the event loop. */
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
