import { seededRandom } from '../../src/shoutcloud/fault-plan.ts';

/** Chance drawn from a seed. */
export interface Dice {
  /** Uniform in [0, 1). */
  next(): number;
  between(least: number, most: number): number;
  /** A whole number from 0 to one less than `count`. */
  below(count: number): number;
  chance(share: number): boolean;
  one<T>(values: readonly [T, ...T[]] | readonly T[]): T;
}

/** What one part of a simulation rolls does not change what another one does: each has dice of its own. */
export function dice(seed: number, part: string): Dice {
  let mixed = seed;
  for (const letter of part) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x9e3779b1) >>> 0;
  const next = seededRandom(mixed);
  return {
    next,
    between: (least, most) => least + next() * (most - least),
    below: (count) => Math.floor(next() * count),
    chance: (share) => next() < share,
    one(values) {
      const value = values[Math.floor(next() * values.length)];
      if (value === undefined) throw new Error('there is nothing to choose from');
      return value;
    },
  };
}
