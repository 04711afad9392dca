import { type Fault, type FaultKind, type PlainFaultKind, resetPoints } from './faults.ts';
import { isWrongBodyKind, type WrongBodyKind, wrongBodies } from './wrong-bodies.ts';

export interface FaultUsage {
  /** The fault as it is written on a command line. The part in brackets can be left out. */
  usage: string;
  about: string;
}

interface ReadableFault extends FaultUsage {
  read(words: FaultWords): Fault;
}

const MAX_MS = 3_600_000;

const ownKinds: Record<Exclude<FaultKind, WrongBodyKind>, ReadableFault> = {
  status: {
    usage: 'status=CODE[,retry-after=WHEN]',
    about: 'another status; WHEN is sent as it is, but date+SECONDS as an HTTP date',
    read: (words) => ({
      kind: 'status',
      status: words.wholeNumber({ min: 200, max: 599 }),
      retryAfter: words.parameter('retry-after'),
    }),
  },
  redirect: {
    usage: 'redirect=CODE[,to=URL]',
    about: 'a redirect, to its own path unless told',
    read: (words) => ({
      kind: 'redirect',
      status: words.wholeNumber({ min: 300, max: 399 }),
      to: words.parameter('to') ?? '/V1/SHOUT',
    }),
  },
  slow: {
    usage: 'slow=MS',
    about: 'a good answer, MS milliseconds later',
    read: (words) => ({ kind: 'slow', ms: words.wholeNumber({ min: 0, max: MAX_MS }) }),
  },
  drip: {
    usage: 'drip=MS',
    about: 'a good answer, its body one byte each MS milliseconds',
    read: (words) => ({ kind: 'drip', ms: words.wholeNumber({ min: 1, max: MAX_MS }) }),
  },
  'close-after': {
    usage: 'close-after[=MS]',
    about: 'a good answer, then the connection is closed unannounced',
    read: (words) => ({ kind: 'close-after', ms: words.wholeNumber({ min: 0, max: MAX_MS, fallback: 0 }) }),
  },
  reset: {
    usage: `reset[=${resetPoints.join('|')}]`,
    about: 'the connection is reset at this point of a good answer',
    read: (words) => ({ kind: 'reset', at: words.oneOf(resetPoints) }),
  },
  huge: {
    usage: 'huge=MIB',
    about: 'a good answer behind MIB mebibytes of white space',
    read: (words) => ({ kind: 'huge', mebibytes: words.wholeNumber({ min: 1, max: 10_000 }) }),
  },
  hang: plain('hang', 'no answer ever, the connection stays open'),
  stall: plain('stall', 'half a good answer, then silence'),
  close: plain('close', 'the connection is closed without an answer'),
  truncate: plain('truncate', 'the connection is closed in the middle of the body'),
  endless: plain('endless', 'a body without end'),
  gzip: plain('gzip', 'a good answer, compressed unasked'),
  garbage: plain('garbage', 'bytes that are not HTTP'),
  unasked: plain('unasked', 'a good answer, then another one that nobody asked for'),
};

/** Every kind of fault with one line about it, for a `--help`. */
export const faultKinds: readonly FaultUsage[] = [
  ...Object.values(ownKinds),
  ...Object.entries(wrongBodies).map(([kind, { about }]) => ({ usage: kind, about })),
];

/** Reads one fault without a rate, such as `status=429,retry-after=2`. Throws an Error that names the bad part. */
export function parseFault(text: string): Fault {
  const words = faultWords(text);
  const fault = isWrongBodyKind(words.name) ? { kind: words.name } : ownKind(words.name)?.read(words);
  if (!fault) throw new Error(`fault "${text}": there is no fault of this name`);
  words.end();
  return fault;
}

function ownKind(name: string): ReadableFault | undefined {
  return Object.entries(ownKinds).find(([kind]) => kind === name)?.[1];
}

function plain(kind: PlainFaultKind, about: string): ReadableFault {
  return { usage: kind, about, read: () => ({ kind }) };
}

/** The parts of a written fault, `name=value,parameter=value`. Each reader throws an Error that names a bad part. */
interface FaultWords {
  name: string;
  /** The value as a whole number in this range. Without a fallback there must be one. */
  wholeNumber(range: { min: number; max: number; fallback?: number }): number;
  /** The value, which must be one of these; the first one if there is none. */
  oneOf<Choice extends string>(choices: readonly [Choice, ...Choice[]]): Choice;
  parameter(name: string): string | undefined;
  /** Throws if a written part was not read. */
  end(): void;
}

function faultWords(text: string): FaultWords {
  const fail = (problem: string): never => {
    throw new Error(`fault "${text}": ${problem}`);
  };
  const [first = '', ...rest] = text.split(',');
  const [name, value] = splitAtEquals(first);
  const unread = new Map(value === undefined ? [] : [['', value]]);
  for (const parameter of rest) {
    const [key, written] = splitAtEquals(parameter);
    unread.set(key || fail(`"${parameter}" has no name`), written ?? fail(`"${parameter}" needs a value`));
  }
  const take = (key: string) => {
    const written = unread.get(key);
    unread.delete(key);
    return written;
  };

  return {
    name,
    wholeNumber({ min, max, fallback }) {
      const range = `a whole number from ${min} to ${max}`;
      const written = take('') ?? fallback ?? fail(`${name} needs a value, ${range}`);
      const number = /^\d+$/.test(`${written}`) ? Number(written) : Number.NaN;
      return number >= min && number <= max ? number : fail(`"${written}" is not ${range}`);
    },
    oneOf(choices) {
      const written = take('') ?? choices[0];
      const choice = choices.find((word) => word === written);
      return choice ?? fail(`"${written}" is none of ${choices.join(', ')}`);
    },
    parameter: take,
    end() {
      for (const key of unread.keys())
        fail(key === '' ? `${name} takes no value` : `${name} takes no "${key}"`);
    },
  };
}

function splitAtEquals(text: string): [string, string?] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text] : [text.slice(0, equals), text.slice(equals + 1)];
}
