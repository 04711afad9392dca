import { InvalidArgumentError, Option } from 'commander';
import * as kinds from '../config/kinds.ts';

/** Reads one argument of the command line. Throws commander's error, with what is accepted. */
export type ArgumentReader<T> = (text: string) => T;

/** Reads whole numbers in a range, as settings are read. */
export function wholeNumber(min: number, max: number): ArgumentReader<number> {
  const kind = kinds.wholeNumber(min, max);
  return (text) => {
    const value = kind.parse(text)?.value;
    if (value === undefined) throw new InvalidArgumentError(`It must be ${kind.accepts}.`);
    return value;
  };
}

const UNIT_MS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** Reads durations such as `500ms`, `30s`, `1.5m` or `2h` in a range; the value is in milliseconds. */
export function duration(minMs: number, maxMs: number): ArgumentReader<number> {
  return (text) => {
    const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
    const ms = Math.round(Number(number) * (UNIT_MS.get(unit) ?? Number.NaN));
    if (ms >= minMs && ms <= maxMs) return ms;
    const range = `from ${durationText(minMs)} to ${durationText(maxMs)}`;
    throw new InvalidArgumentError(`It must be a number with a unit (ms, s, m or h), ${range}.`);
  };
}

const DAY_MS = 86_400_000;

/** An option that takes a duration of 10 ms to a day; without a default the value is `undefined` unless given. */
export function durationOption(flag: string, about: string, byDefaultMs?: number): Option {
  const option = new Option(`${flag} <duration>`, about).argParser(duration(10, DAY_MS));
  return byDefaultMs === undefined ? option : option.default(byDefaultMs, durationText(byDefaultMs));
}

/** Milliseconds as `duration` reads them, in the largest unit that leaves no fraction. */
export function durationText(ms: number): string {
  const [unit, factor] = [...UNIT_MS].findLast(([, factor]) => ms % factor === 0) ?? ['ms', 1];
  return `${ms / factor}${unit}`;
}
