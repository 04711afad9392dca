import Negotiator from 'negotiator';

/** A whole answer. */
export interface Answer {
  /** 200 unless given. */
  readonly status?: number;
  /** Values are ours, or were checked when they came in. */
  readonly headers: Readonly<Record<string, string>>;
  /** A 304 has none, and no `Content-Length`. A `Buffer` is a file, shared by all answers with it. */
  readonly body?: string | Buffer;
  /** The request header that this answer depends on, for caches. */
  readonly vary?: string;
  /** The Content-Security-Policy of a page; any other answer allows nothing. */
  readonly policy?: string;
}

/** What a step of the work comes to: the answer, or nothing if that comes later or in pieces. */
export type Outcome = Answer | undefined | Promise<Answer | undefined>;

/**
 * Which of these media types an `Accept` header prefers (RFC 9110 §12.5.1). The first is used for a missing header,
 * for a tie, and for a header that names none of them.
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  types: readonly [Type, ...Type[]],
): Type {
  const [first] = types;
  // Programs send these.
  if (accept === undefined || accept === '*/*' || accept === first) return first;
  const preferred = new Negotiator({ headers: { accept } }).mediaType([...types]);
  return types.find((type) => type === preferred) ?? first;
}

/** The first of these encodings that the client takes; `undefined` if it takes none. */
export function acceptedEncoding<Encoding extends string>(
  acceptEncoding: string | undefined,
  encodings: readonly Encoding[],
): Encoding | undefined {
  if (acceptEncoding === undefined || encodings.length === 0) return undefined;
  const negotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } });
  const accepted = negotiator.encodings([...encodings]);
  return encodings.find((encoding) => accepted.includes(encoding));
}
