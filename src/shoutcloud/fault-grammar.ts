import { readFault } from './fault-kinds.ts';
import { faultWords } from './fault-words.ts';
import type { Fault, RatedFault } from './faults.ts';

/**
 * Reads random faults, separated by white space: `status=503@30% hang@5%`; one without a rate hits every request.
 * Throws an Error that names the part it cannot read; `checkRates` says whether they fit together.
 */
export function parseFaults(text: string): RatedFault[] {
  return words(text).map((word) => {
    const [fault, rate] = splitAt(word, '@');
    return { fault: parseFault(fault), rate: rate === undefined ? 1 : parseRate(word, rate) };
  });
}

/**
 * Reads a script, one word a request: `ok*2 status=503 hang*3`, where `ok` is a good answer.
 * Throws an Error that names the part it cannot read.
 */
export function parseScript(text: string): (Fault | undefined)[] {
  return words(text).flatMap((word) => {
    const [fault, times] = splitAt(word, '*');
    const step = fault === 'ok' ? undefined : parseFault(fault);
    return Array.from({ length: times === undefined ? 1 : parseTimes(word, times) }, () => step);
  });
}

/** Reads one fault without a rate, such as `status=429,retry-after=2`. */
export function parseFault(text: string): Fault {
  const fault = readFault(faultWords(text));
  if (!fault) throw new Error(`fault "${text}": there is no fault of this name`);
  return fault;
}

/** Throws unless each rate is a share and all of them together at most the whole. */
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
