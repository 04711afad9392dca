import type { Clock } from '../core/clock.ts';
import { LeaveController } from '../core/leave-signal.ts';
import type { Call, Shout } from '../core/shouter.ts';
import { verifiedUpperCase } from '../core/upper-case.ts';

/** A text that waits for its answer. */
export interface Item {
  readonly text: string;
  readonly call: Call;
  resolve(shout: Shout): void;
  reject(reason: unknown): void;
}

/** Texts that are sent as one text, separated by a control character that none of them contains. */
export interface Batch {
  readonly items: readonly Item[];
  readonly text: string;
  /** Resolves each item with its part of the verified shout of the whole batch. */
  resolve(shout: Shout): void;
}

/** The greatest length of a batch, in UTF-16 units. A longer text is sent alone. */
export const MAX_BATCH_LENGTH = 32_768;

/** The room that a text of this length takes in a batch, in UTF-16 units. Even a short text takes 1/`maxItems` of a batch. */
export function roomOf(length: number, maxItems: number): number {
  return Math.max(Math.floor(MAX_BATCH_LENGTH / maxItems), Math.min(length + 1, MAX_BATCH_LENGTH));
}

const CONTROL = /[\0-\x1f]/;
// The first three are preferred, because JSON writes them as two characters each, and most others as six.
const SEPARATORS = ['\n', '\t', '\r', ...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code))];

/** Joins the first waiting texts: at most `maxItems` texts and `MAX_BATCH_LENGTH` units, with a separator that none of them contains. */
export function nextBatch(waiting: Iterable<Item>, maxItems: number): Batch {
  const items: Item[] = [];
  let length = 0;
  let separators = SEPARATORS;
  for (const item of waiting) {
    length += item.text.length + 1;
    const left = CONTROL.test(item.text)
      ? separators.filter((separator) => !item.text.includes(separator))
      : separators;
    const isFull = items.length === maxItems || length > MAX_BATCH_LENGTH || left.length === 0;
    if (isFull && items.length > 0) break;
    items.push(item);
    separators = left;
  }
  return join(items, separators[0] ?? '');
}

function join(items: readonly Item[], separator: string): Batch {
  const [first] = items;
  if (items.length === 1 && first) return { items, text: first.text, resolve: first.resolve };
  return {
    items,
    text: items.map(({ text }) => text).join(separator),
    resolve(shout) {
      const parts = shout.text.split(separator);
      for (const [i, item] of items.entries()) {
        // The whole answer is already verified. This copies the part, because a slice would keep the whole answer in memory.
        const text = verifiedUpperCase(item.text, parts[i] ?? '');
        if (text === undefined) item.reject(new Error('a verified batch came apart'));
        else item.resolve({ ...shout, text });
      }
    },
  };
}

/** The call of a whole batch. Its deadline is the latest deadline of its texts. It aborts when all callers have left. */
export function callOf(items: readonly Item[]): Call {
  const controller = new LeaveController();
  let waiting = items.length;
  const leave = () => {
    waiting--;
    if (waiting === 0) controller.abort(items[0]?.call.signal.reason);
  };
  for (const { call } of items) call.signal.addEventListener('abort', leave);
  return {
    signal: controller.signal,
    texts: items.length,
    get riders() {
      return items.map(({ call }) => call);
    },
    get deadline() {
      let latest = 0;
      for (const { call } of items) latest = Math.max(latest, call.deadline);
      return latest;
    },
  };
}

/** The weight of the newest batch in the moving averages. */
const WEIGHT = 0.2;

/** With fewer measured batches, the wait is not estimated. */
const LEAST_SAMPLES = 8;

/** Measures how fast batches leave the queue while it is not empty, to estimate how long a new text would wait in it. */
export class Pace {
  readonly #clock: Pick<Clock, 'now'>;
  #lastAt: number | undefined;
  #intervalMs = 0;
  #room = 0;
  #samples = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Call it when a batch leaves and other texts are still waiting. `room` is the sum of `roomOf` for the batch's texts. */
  batchLeft(room: number): void {
    const now = this.#clock.now();
    if (this.#lastAt !== undefined) {
      const weight = this.#samples === 0 ? 1 : WEIGHT;
      this.#intervalMs += (now - this.#lastAt - this.#intervalMs) * weight;
      this.#room += (room - this.#room) * weight;
      this.#samples++;
    }
    this.#lastAt = now;
  }

  reset(): void {
    this.#lastAt = undefined;
    this.#samples = 0;
  }

  /** Estimates how long the queue needs to send waiting texts with this total room; 0 if there is no estimate. */
  waitMs(room: number): number {
    return this.#samples < LEAST_SAMPLES ? 0 : Math.ceil(room / this.#room) * this.#intervalMs;
  }
}
