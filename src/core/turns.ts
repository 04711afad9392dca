import type { Clock } from './clock.ts';

/**
 * Resolves when the next piece of the work can run. `bytes` is the size of the whole work. If `isGone` says that no one needs the
 * work any more, its bytes do not use up room in a turn.
 */
export type NextTurn = (bytes: number, isGone?: () => boolean, kind?: WorkKind) => Promise<void>;

/**
 * A piece of `slow` work takes a whole turn, even if it has few bytes. Turns that begin with the smallest work take it after usual work.
 * `reading` from a connection has separate queues. Otherwise it could wait behind the texts of a thousand other clients.
 */
type WorkKind = 'usual' | 'slow' | 'reading';

/** Work on this many bytes takes at most a millisecond: reading, reversing and looking up texts, or sending files. */
export const TURN_BYTES = 16_384;

/**
 * Spreads long work over turns of the event loop. A turn runs up to `TURN_BYTES` of work, or one larger piece. Between turns,
 * the process accepts connections and answers cached texts. Work of one kind and of about the same size waits in one queue.
 *
 * - Every second turn begins with the smallest work, so that many large texts cannot keep a small text waiting.
 * - The other turns begin with one queue after another, so that an endless supply of smaller work cannot keep a large text waiting.
 * - A turn goes on with the queue that it began with. Otherwise, smaller work would fill the rest of each turn.
 */
export function turns({ soon }: Pick<Clock, 'soon'>): NextTurn {
  // The queues of usual work, then those of slow work, then those of reading. Each kind has a queue for each power of two of bytes.
  const queues: Waiting[][] = Array.from({ length: 3 * SIZES }, () => []);
  /** All queues. The queue that began a turn most recently is the last. */
  const order = [...queues];
  let isForSmallest = false;
  /** How many pieces of work the next search for abandoned work can check. Each turn adds `SEARCHED_IN_TURN`. */
  let searched = 0;

  return (bytes, isGone = () => false, kind = 'usual') =>
    new Promise((begin) => {
      if (!queues.some(hasWork)) soon(turn);
      const size = 32 - Math.clz32(bytes);
      const counted = kind === 'slow' ? TURN_BYTES : bytes;
      queues[FIRST[kind] + size]?.push({ bytes: counted, isGone, begin });
    });

  function turn(): void {
    searched += SEARCHED_IN_TURN;
    if (queues.reduce((count, { length }) => count + length, 0) <= searched) {
      endAbandoned(queues);
      searched = 0;
    }
    isForSmallest = !isForSmallest;
    let bytes = 0;
    const first = isForSmallest ? queues.find(hasWork) : nextInOrder();
    for (let queue = first; queue !== undefined; queue = hasWork(queue) ? queue : queues.find(hasWork)) {
      const [next] = queue;
      if (next === undefined || (bytes > 0 && bytes + next.bytes > TURN_BYTES)) break;
      queue.shift();
      if (!next.isGone()) bytes += next.bytes;
      next.begin();
    }
    if (queues.some(hasWork)) soon(turn);
  }

  function nextInOrder(): Waiting[] | undefined {
    const next = order.find(hasWork);
    if (next) order.push(...order.splice(order.indexOf(next), 1));
    return next;
  }
}

/** The number of sizes. The size of a piece of work is the number of binary digits of its `bytes`, 0 to 32. */
const SIZES = 33;

const FIRST = { usual: 0, slow: SIZES, reading: 2 * SIZES };

/**
 * How many pieces of waiting work each turn checks, on average, to find the work of clients that have left. With 2,000 waiting
 * clients, a check of all pieces in each turn took longer than the work itself.
 */
const SEARCHED_IN_TURN = 64;

/** Ends the work of clients that have left. Otherwise it would wait behind smaller work, and keep its memory until then. */
function endAbandoned(queues: Waiting[][]): void {
  for (const queue of queues) {
    for (const each of queue.splice(0)) {
      if (each.isGone()) each.begin();
      else queue.push(each);
    }
  }
}

function hasWork(queue: readonly Waiting[]): boolean {
  return queue.length > 0;
}

interface Waiting {
  /** How many of the `TURN_BYTES` of a turn this work takes. */
  readonly bytes: number;
  readonly isGone: () => boolean;
  readonly begin: () => void;
}

/** A counter that begins again at 0 in each turn of the event loop. */
export function turnCounter({ soon }: Pick<Clock, 'soon'>) {
  let count = 0;

  return {
    count: () => count,
    add(more: number): void {
      if (count === 0) {
        soon(() => {
          count = 0;
        });
      }
      count += more;
    },
  };
}
