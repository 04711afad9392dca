import type { LeaveSignal } from './leave-signal.ts';

/** Stops a timer that has not run yet. Has no effect afterwards. */
export type Cancel = () => void;

/** The only source of time and chance of our own code, so that tests and the simulation control both. */
export interface Clock {
  /** Milliseconds of a monotonic clock, for durations and deadlines. */
  now(): number;
  /** Milliseconds since 1970, for dates that leave the process. */
  epochMs(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Runs `run` once, after `ms` milliseconds, unless it is cancelled. */
  after(ms: number, run: () => void): Cancel;
  /** Runs `run` when everything that has arrived by now has been read, and before the event loop waits again. */
  soon(run: () => void): Cancel;
  /** Resolves after `ms` milliseconds. Rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: LeaveSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  random: () => Math.random(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  soon(run) {
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  },
  sleep: (ms, signal) => sleepOn(systemClock, ms, signal),
};

/** `sleep` for any clock that has `after`. */
export function sleepOn(clock: Pick<Clock, 'after'>, ms: number, signal?: LeaveSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort);
  });
}

/** Settles as `work` does, or resolves with `undefined` after `ms` milliseconds. */
export function within<T>(clock: Pick<Clock, 'after'>, ms: number, work: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const cancel = clock.after(ms, () => late.resolve(undefined));
  return Promise.race([work, late.promise]).finally(cancel);
}

/**
 * Runs `run` after `ms` milliseconds, when everything that has arrived by then has been read. Otherwise, a late event loop would
 * turn an answer that came in time into a timeout.
 */
export function afterReading(clock: Pick<Clock, 'after' | 'soon'>, ms: number, run: () => void): Cancel {
  let cancel = clock.after(ms, () => {
    cancel = clock.soon(run);
  });
  return () => cancel();
}

/**
 * Resolves when this piece of work can run. `bytes` is the size of the whole work. Work that no one needs any more (`isGone`) is not
 * counted in its turn.
 */
export type NextTurn = (bytes: number, isGone?: () => boolean, kind?: WorkKind) => Promise<void>;

/** A piece of `slow` work takes a turn of its own however few bytes it has, and waits behind all work that is not slow. */
export type WorkKind = 'usual' | 'slow';

/** Work on this many bytes takes at most a millisecond: reading, reversing and looking up texts, or sending files. */
export const TURN_BYTES = 16_384;

/**
 * Spreads work that takes milliseconds over turns of the event loop, `TURN_BYTES` per turn, or one larger piece. In between,
 * the process accepts connections and answers cached texts. Work of one kind and of about the same size waits in one queue. Every
 * second turn begins with the smallest work, so that many large texts cannot keep a small one waiting. The turns in between begin with each
 * queue in turn, so that an endless supply of smaller work cannot keep a large text waiting. A turn goes on with the queue that it
 * began with. Otherwise, smaller work would fill the turns of all others but for one piece.
 */
export function turns({ soon }: Pick<Clock, 'soon'>): NextTurn {
  // One for each power of two, first of usual work and then of slow work.
  const queues: Waiting[][] = Array.from({ length: 2 * SIZES }, () => []);
  /** The queue that began a turn most recently is the last. */
  const order = [...queues];
  let isForSmallest = false;
  /** How many pieces of work can be searched for abandoned ones: each turn since the last search adds `SEARCHED_IN_TURN`. */
  let searched = 0;

  return (bytes, isGone = () => false, kind = 'usual') =>
    new Promise((begin) => {
      if (!queues.some(hasWork)) soon(turn);
      const size = 32 - Math.clz32(bytes);
      if (kind === 'usual') queues[size]?.push({ bytes, isGone, begin });
      else queues[SIZES + size]?.push({ bytes: TURN_BYTES, isGone, begin });
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
      next.begin();
      bytes += next.bytes;
    }
    if (queues.some(hasWork)) soon(turn);
  }

  function nextInOrder(): Waiting[] | undefined {
    const next = order.find(hasWork);
    if (next) order.push(...order.splice(order.indexOf(next), 1));
    return next;
  }
}

/** How many powers of two there are, with 0. */
const SIZES = 33;

/**
 * So much waiting work is searched for abandoned work in each turn, on average. To search all of it in each turn took longer than
 * the work if 2,000 clients waited.
 */
const SEARCHED_IN_TURN = 64;

/** Ends the work of clients that have left. Otherwise it would wait behind smaller work and hold its memory meanwhile. */
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
  /** What it counts for in its turn. */
  readonly bytes: number;
  readonly isGone: () => boolean;
  readonly begin: () => void;
}

/** Counts within one turn of the event loop, and begins at 0 again in the next one. */
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

/** Tells whether something has happened this many times within this time. */
export function burst(times: number, withinMs: number, { now }: Pick<Clock, 'now'>) {
  const lastMs = new Float64Array(times).fill(Number.NEGATIVE_INFINITY);
  let oldest = 0;

  return {
    add(): void {
      lastMs[oldest] = now();
      oldest = (oldest + 1) % times;
    },
    isOn: () => now() - (lastMs[oldest] ?? 0) < withinMs,
  };
}

const SAMPLE_MS = 50;

/** One late turn is a hiccup, such as a garbage collection. This many in a row are an overload. */
const SAMPLES = 4;

/** Measures repeatedly how late a timer runs. */
export function loopDelay(clock: Clock) {
  const delays = new Array<number>(SAMPLES).fill(0);
  let count = 0;
  let leastMs = 0;
  let cancel: Cancel = () => {};
  measure();
  return {
    /** The shortest recent delay of the event loop in milliseconds. Each request waited at least that long before it was read. */
    ms: () => leastMs,
    /** Returns a function that says whether that delay is above this limit. */
    isAbove: (limitMs: number) => () => leastMs > limitMs,
    stop: () => cancel(),
  };

  function measure(): void {
    const dueAt = clock.now() + SAMPLE_MS;
    cancel = clock.after(SAMPLE_MS, () => {
      delays[count % SAMPLES] = Math.max(0, clock.now() - dueAt);
      count++;
      leastMs = Math.min(...delays);
      measure();
    });
  }
}
