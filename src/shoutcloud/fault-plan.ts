import { wholeNumber, wordsOf } from '../core/text-values.ts';
import { type Fault, type FaultWords, readFault } from './faults.ts';

/** A fault and the share of the requests that it hits, more than 0 and at most 1. */
export interface RatedFault {
  fault: Fault;
  rate: number;
}

/** Decides about one request. `index` counts the well-formed requests from 0; `undefined` is a good answer. */
export type FaultChooser = (index: number, input: string) => Fault | undefined;

/** Random faults as text for `parseFaults` or as values, or a function that decides. */
export type Faults = string | readonly RatedFault[] | FaultChooser;

/** The faults of the first requests, one each, as text for `parseScript` or as values; `undefined` is a good answer. */
export type Script = string | readonly (Fault | undefined)[];

/**
 * Decides the fault of each request: first by the script, one step a request, then by `faults`, with one draw of `random`
 * a request. Throws an Error for what it cannot read.
 */
export function faultPlan(faults: Faults, script: Script, random: () => number): FaultChooser {
  const steps = (typeof script === 'string' ? parseScript(script) : script).values();
  const choose = typeof faults === 'function' ? faults : randomFault(faults, random);

  return (index, input) => {
    const step = steps.next();
    return step.done ? choose(index, input) : step.value;
  };
}

/** Uniform numbers in [0, 1), the same sequence for the same seed (mulberry32; the seed counts modulo 2³²). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Reads random faults with white space between them: `status=503@30% hang@5%`. A fault without a rate hits every request.
 * Throws an Error that names the part it cannot read. `checkRates` checks whether the rates fit together.
 */
export function parseFaults(text: string): RatedFault[] {
  return wordsOf(text).map((word) => {
    const [fault, rate] = splitAt(word, '@');
    return { fault: parseFault(fault), rate: rate === undefined ? 1 : parseRate(word, rate) };
  });
}

/**
 * Reads a script, one word a request: `ok*2 status=503 hang*3`. `ok` is a good answer.
 * Throws an Error that names the part it cannot read.
 */
export function parseScript(text: string): (Fault | undefined)[] {
  return wordsOf(text).flatMap((word) => {
    const [fault, times] = splitAt(word, '*');
    const step = fault === 'ok' ? undefined : parseFault(fault);
    return Array.from({ length: times === undefined ? 1 : parseTimes(word, times) }, () => step);
  });
}

/** Throws unless each rate is a share and their sum is at most 1. */
export function checkRates(faults: readonly RatedFault[]): void {
  const sum = faults.reduce((total, { rate }) => total + rate, 0);
  const areShares = faults.every(({ rate }) => rate > 0 && rate <= 1);
  if (!areShares) throw new Error('the rate of a fault must be more than 0 % and at most 100 %');
  if (sum > 1 + ROUNDING) {
    throw new Error(`the rates of the faults add up to ${+(sum * 100).toFixed(6)} %, more than 100 %`);
  }
}

const ROUNDING = 1e-9;
const MAX_TIMES = 1_000_000;

function randomFault(faults: string | readonly RatedFault[], random: () => number): FaultChooser {
  const rated = typeof faults === 'string' ? parseFaults(faults) : faults;
  checkRates(rated);

  return () => {
    let draw = random();
    return rated.find(({ rate }) => {
      draw -= rate;
      return draw < 0;
    })?.fault;
  };
}

function splitAt(word: string, separator: string): [string, string?] {
  const at = word.lastIndexOf(separator);
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function parseRate(word: string, rate: string): number {
  const percent = /^\d+(\.\d+)?%$/.test(rate) ? Number(rate.slice(0, -1)) : 0;
  if (percent > 0 && percent <= 100) return percent / 100;
  throw new Error(`fault "${word}": "${rate}" is not a rate such as 30%`);
}

function parseTimes(word: string, times: string): number {
  const count = wholeNumber(times, 1, MAX_TIMES);
  if (count !== undefined) return count;
  throw new Error(`fault "${word}": "${times}" is not a number of times from 1 to ${MAX_TIMES}`);
}

/** Reads one fault without a rate, such as `status=429,retry-after=2`. Throws an Error that names the bad part. */
export function parseFault(text: string): Fault {
  const fail = (problem: string): never => {
    throw new Error(`fault "${text}": ${problem}`);
  };
  const [first = '', ...rest] = text.split(',');
  const [name = '', value] = splitAtEquals(first);
  const unread = new Map(value === undefined ? [] : [['', value]]);
  for (const parameter of rest) {
    const [key, written] = splitAtEquals(parameter);
    unread.set(key || fail(`"${parameter}" has no name`), written ?? fail(`"${parameter}" needs a value`));
  }
  const fault = readFault(name, faultWords(name, unread, fail)) ?? fail('there is no fault of this name');
  for (const key of unread.keys()) fail(`${name} takes no ${key === '' ? 'value' : `"${key}"`}`);
  return fault;
}

/** Reads the value, which has an empty key, and the parameters of a fault. Removes from `unread` what it reads. */
function faultWords(name: string, unread: Map<string, string>, fail: (problem: string) => never): FaultWords {
  return {
    wholeNumber(min, max, fallback) {
      const range = `a whole number from ${min} to ${max}`;
      const written = parameter('') ?? fallback ?? fail(`${name} needs a value, ${range}`);
      return wholeNumber(`${written}`, min, max) ?? fail(`"${written}" is not ${range}`);
    },
    oneOf(choices) {
      const written = parameter('') ?? choices[0];
      return (
        choices.find((word) => word === written) ?? fail(`"${written}" is none of ${choices.join(', ')}`)
      );
    },
    parameter,
  };

  function parameter(key: string): string | undefined {
    const written = unread.get(key);
    unread.delete(key);
    return written;
  }
}

function splitAtEquals(text: string): [string, string?] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text] : [text.slice(0, equals), text.slice(equals + 1)];
}
