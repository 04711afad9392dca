import type { Clock } from './clock.ts';

/** Resolves when it is this piece of work's turn. */
export type NextTurn = () => Promise<void>;

/**
 * Spreads work that takes milliseconds over turns of the event loop, one piece a turn: in between the process accepts
 * connections (one a turn) and answers cached strings.
 */
export function turns({ soon }: Pick<Clock, 'soon'>): NextTurn {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise<void>((resolve) => void soon(resolve)));
    return last;
  };
}
