import Negotiator from 'negotiator';

/**
 * Which of these media types an `Accept` header prefers (RFC 9110 §12.5.1). The first is the answer to a missing header,
 * to a tie and to one that names none of them.
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  types: readonly [Type, ...Type[]],
): Type {
  const [first] = types;
  // What programs send.
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
  const accepted = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } }).encodings([
    ...encodings,
  ]);
  return encodings.find((encoding) => accepted.includes(encoding));
}
