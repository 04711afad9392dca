import { parseFault } from './fault-kinds.ts';
import type { Fault, FaultChooser, Faults, RatedFault, Script } from './faults.ts';

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
  return words(text).map((word) => {
    const [fault, rate] = splitAt(word, '@');
    return { fault: parseFault(fault), rate: rate === undefined ? 1 : parseRate(word, rate) };
  });
}

/**
 * Reads a script, one word a request: `ok*2 status=503 hang*3`. `ok` is a good answer.
 * Throws an Error that names the part it cannot read.
 */
export function parseScript(text: string): (Fault | undefined)[] {
  return words(text).flatMap((word) => {
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

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
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
  const count = /^\d+$/.test(times) ? Number(times) : 0;
  if (count > 0 && count <= MAX_TIMES) return count;
  throw new Error(`fault "${word}": "${times}" is not a number of times from 1 to ${MAX_TIMES}`);
}
