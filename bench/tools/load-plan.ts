/** The plan of the load generator: JSON in its only argument. */
export interface LoadPlan<Name extends string = string> {
  /**
   * The ports of the servers. Several servers are asked in short turns, so that other programs of the machine disturb all of
   * them alike.
   */
  readonly ports: Readonly<Record<Name, number>>;
  readonly path: string;
  /** `POST` unless given. A GET has the field in its query. */
  readonly method?: 'GET' | 'POST';
  /** The field of the JSON with the text: `data`, or `INPUT` for SHOUTCLOUD itself. */
  readonly field: string;
  readonly connections: number;
  readonly texts: TextSource;
  /** Ends when each server has been under load for this long … */
  readonly durationMs?: number;
  /** … or after this many answers. */
  readonly answers?: number;
}

export interface TextSource {
  readonly series: string;
  /** After this many texts, the first one comes again. By default, every text is new. */
  readonly cycle?: number;
}

/** What it prints at the end, as one line. */
export interface LoadReports<Name extends string = string> {
  readonly reports: Readonly<Record<Name, LoadReport>>;
}

export interface LoadReport {
  readonly answers: number;
  /** Answers with another status than 200. */
  readonly failures: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The share of the time in which the generator computed. If it is near 1, the generator measures itself. */
  readonly busy: number;
}
