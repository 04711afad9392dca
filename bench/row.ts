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

/** The figures of these rounds. */
export function figuresOf<Round>(rounds: readonly Round[], columns: readonly Column<Round>[]): Figure[] {
  return columns.map(([what, unit, valueIn, goal]) => ({ what, unit, values: rounds.map(valueIn), goal }));
}

/** One measurement. `run` starts what it needs through the lab, which stops all of it afterwards. */
export interface Row {
  readonly name: string;
  /** What is measured and how, as a sentence. */
  readonly about: string;
  readonly needsRedis?: true;
  /** Needs the files about processes that only Linux has. */
  readonly needsProc?: true;
  run(lab: Lab): Promise<Figure[]>;
}

// Each of these rounds takes seconds, and their results differ little.
const MOST_FRESH_ROUNDS = 3;

/** The results of a few rounds, each with a new process whose upstream answers at once. */
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
