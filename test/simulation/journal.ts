import type { Clock } from '../../src/core/clock.ts';

const COUNTS = [
  ...['virtualMs', 'events', 'calls', 'answers', 'hits', 'hangUps', 'attempts', 'batches', 'splits'],
  ...['retries', 'pauses', 'breakerOpenings', 'fallbacks', 'shed', 'redisCommands', 'redisTimeouts'],
  ...['refusedValues', 'redisHits'],
] as const;

/** The counts of what happened in a run. */
export type Coverage = Record<(typeof COUNTS)[number], number>;

export const NOTHING_COVERED = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Coverage;

/** Thrown when an invariant did not hold. */
export class Violation extends Error {
  readonly invariant: string;

  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`);
    this.name = 'Violation';
    this.invariant = invariant;
  }
}

/** Records a run: counts what happens, writes the trace if there is one, and keeps the first violation. */
export type Journal = ReturnType<typeof journal>;

export function journal(clock: Clock, trace?: (line: string) => void) {
  let violation: Violation | undefined;
  const note = (what: string, detail = () => '') => {
    if (trace && !violation) trace(`${clock.now().toFixed(3)} ${what} ${detail()}`.trimEnd());
  };
  return {
    clock,
    coverage: { ...NOTHING_COVERED },
    /** Adds a line to the trace, until the first violation. `detail` is called only if there is a trace. */
    note,
    violated(invariant: string, detail: string): void {
      note('VIOLATION', () => `${invariant}: ${detail}`);
      violation ??= new Violation(invariant, detail);
    },
    /** Throws the first violation. */
    check(): void {
      if (violation) throw violation;
    },
  };
}
