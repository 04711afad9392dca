import type { WrongBodyKind } from './wrong-bodies.ts';

/** Everything that the server can do instead of answering well. */
export type Fault =
  | StatusFault
  | { kind: 'redirect'; status: number; to: string }
  | { kind: 'slow' | 'drip' | 'close-after'; ms: number }
  | { kind: 'huge'; mebibytes: number }
  | { kind: 'reset'; at: ResetPoint }
  | { kind: PlainFaultKind }
  | { kind: WrongBodyKind };

export type FaultKind = Fault['kind'];

export type PlainFaultKind =
  | 'hang'
  | 'stall'
  | 'close'
  | 'truncate'
  | 'endless'
  | 'gzip'
  | 'garbage'
  | 'unasked';

export interface StatusFault {
  kind: 'status';
  status: number;
  /** Sent as it is, but `date+2` becomes the HTTP date two seconds later. */
  retryAfter?: string | undefined;
}

/** How far an answer gets before its connection is reset. */
export type ResetPoint = (typeof resetPoints)[number];

export const resetPoints = ['before', 'in-headers', 'after-headers', 'in-body'] as const;

/** A fault and the share of the requests that it hits, more than 0 and at most 1. */
export interface RatedFault {
  fault: Fault;
  rate: number;
}

/** Decides each request by itself; `index` counts the well-formed requests from 0. `undefined`: a good answer. */
export type FaultChooser = (index: number, input: string) => Fault | undefined;

/** Random faults, as `parseFaults` reads them or as values, or a function that decides. */
export type Faults = string | readonly RatedFault[] | FaultChooser;

/** What the first requests get, one each, as `parseScript` reads it or as values; `undefined`: a good answer. */
export type Script = string | readonly (Fault | undefined)[];
