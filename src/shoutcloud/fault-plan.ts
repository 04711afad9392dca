import { wholeNumber, wordsOf } from '../core/text-values.ts';
import { faultKinds } from './faults.ts';
import type { PendingShout } from './pending-shout.ts';

/** Something that the server does instead of giving a good answer. */
export interface Fault {
  /** The fault as it is written on a command line: `status=429,retry-after=2`. */
  readonly text: string;
  /** Answers the request. Rejects if the connection closes before the answer is complete. */
  readonly answer: (pending: PendingShout) => unknown;
}

/** Returns the fault of the next well-formed request, or `undefined` for a good answer. */
export type FaultChooser = () => Fault | undefined;

/**
 * Decides the fault of each request. The first requests follow the script: `ok*2 status=503` is two good answers, then a 503.
 * After that, `faults` decides. It is a function, or words such as `status=503@30% hang@5%`, which take one draw of `random` per
 * request. A fault without a rate hits every request. Throws an Error if it cannot read the script or the faults.
 */
export function faultPlan(faults: string | FaultChooser, script: string, random: () => number): FaultChooser {
  const steps = stepsOf(script);
  const choose = typeof faults === 'function' ? faults : randomFault(faults, random);
  return () => {
    const step = steps.next();
    return step.done ? choose() : step.value;
  };
}

/** Follows a script, and starts it again after its last step. */
export function repeatedScript(script: string): FaultChooser {
  const steps = [...stepsOf(script)];
  let next = 0;
  return () => steps[next++ % steps.length];
}

/** Random numbers, uniform in [0, 1). Equal seeds give equal sequences (mulberry32, with the seed modulo 2³²). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The steps of a script, one by one. Parses the whole script first, so that an error is thrown before the first step. */
function stepsOf(script: string): Generator<Fault | undefined> {
  const steps = wordsOf(script).map((word) => {
    const [, fault = word, times = '1'] = /^(.+)\*(.*)$/.exec(word) ?? [];
    return { fault: fault === 'ok' ? undefined : parseFault(fault), times: parseTimes(word, times) };
  });
  return repeated(steps);
}

function* repeated(steps: readonly { fault: Fault | undefined; times: number }[]) {
  for (const { fault, times } of steps) for (let i = 0; i < times; i++) yield fault;
}

const ROUNDING = 1e-9;
const MAX_TIMES = 1_000_000;

function parseTimes(word: string, times: string): number {
  const count = wholeNumber(times, 1, MAX_TIMES);
  if (count !== undefined) return count;
  throw new Error(`fault "${word}": "${times}" is not a number of times from 1 to ${MAX_TIMES}`);
}

function parseRate(word: string, rate: string): number {
  const percent = /^\d+(\.\d+)?%$/.test(rate) ? Number(rate.slice(0, -1)) : 0;
  if (percent > 0 && percent <= 100) return percent / 100;
  throw new Error(`fault "${word}": "${rate}" is not a rate such as 30%`);
}

function randomFault(faults: string, random: () => number): FaultChooser {
  const rated = wordsOf(faults).map((word) => {
    const [, fault = word, rate = '100%'] = /^(.+)@(.*)$/.exec(word) ?? [];
    return { fault: parseFault(fault), rate: parseRate(word, rate) };
  });
  const sum = rated.reduce((total, { rate }) => total + rate, 0);
  if (sum > 1 + ROUNDING) {
    throw new Error(`the rates of the faults add up to ${+(sum * 100).toFixed(6)} %, more than 100 %`);
  }
  return () => {
    let draw = random();
    return rated.find(({ rate }) => {
      draw -= rate;
      return draw < 0;
    })?.fault;
  };
}

/** Reads one fault, such as `status=429,retry-after=2`. Throws an Error that says how the fault is written. */
export function parseFault(text: string): Fault {
  const name = nameOf(text);
  const kind = faultKinds.find(({ usage }) => nameOf(usage) === name);
  if (kind === undefined) throw new Error(`fault "${text}": there is no fault of this name`);
  const { usage, about, range, answer } = kind;
  const values = patternOf(usage).exec(text)?.slice(1);
  if (values === undefined) throw new Error(`fault "${text}": write it as ${usage} (${about})`);
  const [number] = values;
  if (range && number !== undefined && wholeNumber(number, ...range) === undefined)
    throw new Error(`fault "${text}": "${number}" is not a whole number from ${range.join(' to ')}`);
  return { text, answer: (pending) => answer(pending, values) };
}

function nameOf(text: string): string {
  return text.split(/[[=,]/, 1).join('');
}

/** Turns a usage into a pattern: a part in brackets becomes optional, and each word in capitals captures its value. */
function patternOf(usage: string): RegExp {
  const source = usage.replace('[', '(?:').replace(']', ')?');
  return new RegExp(`^${source.replace(/[A-Z]+/g, (word) => `(${VALUES[word]})`)}$`);
}

/** What the words in capitals stand for, as regular expressions. */
const VALUES: Readonly<Record<string, string>> = {
  CODE: '[2-5]\\d\\d',
  MIB: '\\d+',
  MS: '\\d+',
  POINT: 'before|in-headers|after-headers|in-body',
  URL: '[^,]+',
  WHEN: '[^,]+',
};
