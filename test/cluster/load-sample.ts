/** What the load generator has seen so far; `slowestMs` is of the time since the sample before. */
export interface LoadSample {
  readonly atMs: number;
  readonly sent: number;
  readonly answered: number;
  readonly slowestMs: number;
  /** How often each outcome that is not the right answer was seen. */
  readonly failures: Readonly<Record<string, number>>;
}
