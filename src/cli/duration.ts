import { InvalidArgumentError } from 'commander';

const UNIT_MS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** A reader of command line arguments such as `500ms`, `30s`, `1.5m` or `2h` in a range of milliseconds. */
export function duration(minMs: number, maxMs: number): (text: string) => number {
  return (text) => {
    const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
    const ms = Math.round(Number(number) * (UNIT_MS.get(unit) ?? Number.NaN));
    if (ms >= minMs && ms <= maxMs) return ms;
    const range = `from ${durationText(minMs)} to ${durationText(maxMs)}`;
    throw new InvalidArgumentError(`It must be a number with a unit (ms, s, m or h), ${range}.`);
  };
}

/** Milliseconds as one would write them: in the largest unit that leaves no fraction. */
export function durationText(ms: number): string {
  const [unit, factor] = [...UNIT_MS].findLast(([, factor]) => ms % factor === 0) ?? ['ms', 1];
  return `${ms / factor}${unit}`;
}
