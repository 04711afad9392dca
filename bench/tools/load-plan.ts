/** What the load generator is to do, as JSON in its only argument. */
export interface LoadPlan<Name extends string = string> {
  /** Of the servers to ask: where there are several, in short turns, so that what the machine does hits all alike. */
  readonly ports: Readonly<Record<Name, number>>;
  readonly path: string;
  /** `POST` unless given. A GET has the field in its query. */
  readonly method?: 'GET' | 'POST';
  /** The field of the JSON that holds the text: `data`, or `INPUT` where SHOUTCLOUD itself is asked. */
  readonly field: string;
  readonly connections: number;
  readonly texts: TextSource;
  /** Ends after each server has been asked for this time … */
  readonly durationMs?: number;
  /** … or after this many answers. */
  readonly answers?: number;
}

export interface TextSource {
  readonly series: string;
  /** They start again after this many. Each is new if this is left out. */
  readonly cycle?: number;
}

/** What it says when done, as one line. */
export interface LoadReports<Name extends string = string> {
  readonly reports: Readonly<Record<Name, LoadReport>>;
}

export interface LoadReport {
  readonly answers: number;
  /** Those that were not a 200. */
  readonly failures: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How much of the time the generator computed: near 1, it measures itself. */
  readonly busy: number;
}
