import { LeaveController } from '../core/leave-signal.ts';
import type { Call, Shout } from '../core/shouter.ts';
import { verifiedUpperCase } from '../core/upper-case.ts';

/** A string that waits for its answer. */
export interface Item {
  readonly text: string;
  readonly call: Call;
  resolve(shout: Shout): void;
  reject(reason: unknown): void;
}

/** Strings that travel as one text, with a control character between them that none of them contains. */
export interface Batch {
  readonly items: readonly Item[];
  readonly text: string;
  /** Hands each string its part of the verified shout of `text`. */
  resolve(shout: Shout): void;
}

/** UTF-16 units of a batch at most; a longer string travels alone. */
const MAX_LENGTH = 32_768;

// Short in JSON first.
const CONTROL = /[\0-\x1f]/;
const SEPARATORS = ['\n', '\t', '\r', ...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code))];

/** As many of the first waiting strings as fit together: `maxItems`, 32 Ki units, and a separator for them all. */
export function nextBatch(waiting: Iterable<Item>, maxItems: number): Batch {
  const items: Item[] = [];
  let length = 0;
  let separators = SEPARATORS;
  for (const item of waiting) {
    length += item.text.length + 1;
    const left = CONTROL.test(item.text)
      ? separators.filter((separator) => !item.text.includes(separator))
      : separators;
    const isFull = items.length === maxItems || length > MAX_LENGTH || left.length === 0;
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
        // Verified with the whole; what this adds is a string that does not keep the whole alive.
        const text = verifiedUpperCase(item.text, parts[i] ?? '');
        if (text === undefined) item.reject(new Error('a verified batch came apart'));
        else item.resolve({ ...shout, text });
      }
    },
  };
}

/** The call of all the strings together: it ends at their latest deadline, or when all of them have been given up. */
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
    strings: items.length,
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
