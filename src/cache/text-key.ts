import { hash } from 'node:crypto';

/** V8 hashes strings up to this length by their characters; longer ones of the same length all have the same hash. */
const MOST_HASHED = 16_383;

/**
 * What a map finds a well-formed text by: itself, or a digest of a long one. Otherwise a map compares a long text with all
 * others of its length, and a caller can make that take milliseconds. No well-formed text equals a digest's key.
 */
export function textKey(text: string): string {
  return text.length <= MOST_HASHED ? text : `\ud800${hash('sha256', text, 'base64')}`;
}
