import type { Lab, Server } from './lab.ts';

/** One measured number, with a value for each round. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** Its goal, if it has one. */
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number } | undefined;
}

/** What is measured, its unit, its value in a round, and its goal. */
type Column<Round> = readonly [string, string, (round: Round) => number, Figure['goal']?];

/** Makes one figure for each column, with a value for each round. */
export function figuresOf<Round>(rounds: readonly Round[], columns: readonly Column<Round>[]): Figure[] {
  return columns.map(([what, unit, valueIn, goal]) => ({ what, unit, values: rounds.map(valueIn), goal }));
}

/** One measurement. `run` starts processes through the lab, which ends all of them afterwards. */
export interface Row {
  readonly name: string;
  /** What is measured and how, as a sentence. */
  readonly about: string;
  readonly needsRedis?: true;
  /** Whether it needs /proc, which only Linux has. */
  readonly needsProc?: true;
  run(lab: Lab): Promise<Figure[]>;
}

// A few rounds are enough, because each takes seconds and their results differ little.
const MOST_FRESH_ROUNDS = 3;

/** Runs a few rounds, each with a new process whose upstream answers at once. Resolves with their results. */
export async function freshRounds<Found>(
  lab: Lab,
  round: (tuohs: Server, number: number) => Promise<Found>,
): Promise<Found[]> {
  const upstream = await lab.shoutcloud(0);
  const found: Found[] = [];
  for (let number = 0; number < Math.min(lab.rounds, MOST_FRESH_ROUNDS); number++) {
    const tuohs = await lab.tuohs(upstream);
    found.push(await round(tuohs, number));
    await lab.end(tuohs);
  }
  return found;
}
