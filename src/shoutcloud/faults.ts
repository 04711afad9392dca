import type { WrongBodyKind } from './wrong-bodies.ts';

/** Everything that the server can do instead of giving a good answer. */
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
  | ('hang' | 'stall' | 'close' | 'truncate')
  | ('endless' | 'gzip' | 'garbage' | 'unasked');

export interface StatusFault {
  kind: 'status';
  status: number;
  /** Sent as it is, except that `date+2` becomes the HTTP date two seconds later. */
  retryAfter?: string | undefined;
}

/** How much of an answer is sent before its connection is reset. */
export type ResetPoint = (typeof resetPoints)[number];

export const resetPoints = ['before', 'in-headers', 'after-headers', 'in-body'] as const;

/** A fault and the share of the requests that it hits, more than 0 and at most 1. */
export interface RatedFault {
  fault: Fault;
  rate: number;
}

/** Decides about one request. `index` counts the well-formed requests from 0; `undefined` is a good answer. */
export type FaultChooser = (index: number, input: string) => Fault | undefined;

/** Random faults as text for `parseFaults` or as values, or a function that decides. */
export type Faults = string | readonly RatedFault[] | FaultChooser;

/** The faults of the first requests, one each, as text for `parseScript` or as values; `undefined` is a good answer. */
export type Script = string | readonly (Fault | undefined)[];
