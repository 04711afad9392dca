import { seededRandom } from '../../src/shoutcloud/fault-plan.ts';

/** Random values that depend only on a seed. */
export type Dice = ReturnType<typeof dice>;

/** Each part of a simulation has dice of its own, so that the rolls of one part do not change those of another. */
export function dice(seed: number, part: string) {
  let mixed = seed;
  for (const letter of part) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x9e3779b1) >>> 0;
  const next = seededRandom(mixed);
  return {
    /** Uniform in [0, 1). */
    next,
    between: (least: number, most: number) => least + next() * (most - least),
    /** A whole number from 0 to one less than `count`. */
    below: (count: number) => Math.floor(next() * count),
    chance: (share: number) => next() < share,
    one<T>(values: readonly [T, ...T[]] | readonly T[]): T {
      const value = values[Math.floor(next() * values.length)];
      if (value === undefined) throw new Error('there is nothing to choose from');
      return value;
    },
  };
}
