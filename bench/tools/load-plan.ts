/** The plan of the load generator: JSON in its only argument. */
export interface LoadPlan<Name extends string = string> {
  /**
   * The ports of the servers. Several servers are asked in turn, for a short time each, so that other programs on the machine
   * disturb all of them alike.
   */
  readonly ports: Readonly<Record<Name, number>>;
  readonly path: string;
  /** `POST` by default. A GET has the text in its query. */
  readonly method?: 'GET' | 'POST';
  /** The name of the field that holds the text: `data`, or `INPUT` for SHOUTCLOUD itself. */
  readonly field: string;
  readonly connections: number;
  readonly texts: TextSource;
  /** The load of each server ends after this time. */
  readonly durationMs?: number;
  /** The load of each server ends after this many answers. */
  readonly answers?: number;
}

export interface TextSource {
  readonly series: string;
  /** After this many texts, the first one comes again. By default, every text is new. */
  readonly cycle?: number;
}

/** What the load generator prints at the end, as one line of JSON. */
export interface LoadReports<Name extends string = string> {
  readonly reports: Readonly<Record<Name, LoadReport>>;
}

export interface LoadReport {
  readonly answers: number;
  /** How many answers had another status than 200. */
  readonly failures: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The share of the time in which the generator used the CPU. If it is near 1, the generator itself is the limit. */
  readonly busy: number;
}
