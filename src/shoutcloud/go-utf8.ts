import { isUtf8 } from 'node:buffer';

/**
 * Decodes UTF-8 as Go's `utf8.DecodeRune` does: each *byte* that belongs to no valid sequence becomes one U+FFFD
 * (the decoders of the web platform make one of each longest valid beginning). A byte order mark stays.
 */
export function decodeGoUtf8(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');

  const repaired = bytes
    .toString('latin1')
    .replace(SEQUENCE_OR_STRAY, (found) => (found.length === 1 ? REPLACEMENT : found));
  return Buffer.from(repaired, 'latin1').toString('utf8');
}

// U+FFFD in UTF-8, one character a byte.
const REPLACEMENT = '\xEF\xBF\xBD';

// The well-formed sequences of more than one byte (Unicode, table 3-7), else a single byte that is not ASCII.
const SEQUENCE_OR_STRAY = new RegExp(
  [
    '[\\xC2-\\xDF][\\x80-\\xBF]',
    '\\xE0[\\xA0-\\xBF][\\x80-\\xBF]',
    '[\\xE1-\\xEC\\xEE\\xEF][\\x80-\\xBF]{2}',
    '\\xED[\\x80-\\x9F][\\x80-\\xBF]',
    '\\xF0[\\x90-\\xBF][\\x80-\\xBF]{2}',
    '[\\xF1-\\xF3][\\x80-\\xBF]{3}',
    '\\xF4[\\x80-\\x8F][\\x80-\\xBF]{2}',
    '[\\x80-\\xFF]',
  ].join('|'),
  'g',
);
