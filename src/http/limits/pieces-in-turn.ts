import type { Clock } from '../../core/clock.ts';
import { TuohsError } from '../../core/errors.ts';
import { turnCounter } from '../../core/turns.ts';

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
