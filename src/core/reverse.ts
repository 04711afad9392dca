import type { Call, Shout, Shouter } from './shouter.ts';

export type ReverseBy = 'grapheme' | 'codepoint';

export type Reverse = (text: string) => string;

/** The use case of the service: a user's text, reversed and shouted. Fails as the shouter does. */
export type ReverseShout = (data: string, call: Call) => Shout | Promise<Shout>;

/** Replaces lone surrogates by U+FFFD first, so that reversing cannot join two of them to a character. */
export function reverseShout(shouter: Shouter, reverse: Reverse): ReverseShout {
  return (data, call) => {
    if (data === '') return EMPTY;
    return shouter.shout(reverse(data.toWellFormed()), call);
  };
}

const EMPTY: Shout = { text: '', source: 'memory', stored: false, collapsed: false };

/** Reverses well-formed text by user-perceived characters (UAX #29 grapheme clusters) or by code points. */
export function reverser(by: ReverseBy): Reverse {
  return by === 'grapheme' ? reverseGraphemes : reverseCodePoints;
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

// Characters that never join a neighbour of this class, except CR followed by LF.
const PLAIN =
  /^[\0-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027\u2030-\u205f\u20a0-\u20cf\u3000-\u3029\u3030-\u3098\u309b-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff9d]*$/;
// The same, and marks that join the character before them, unless that is a line or control character (UAX #29, GB4, GB9).
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

/** CR LF is one character (UAX #29, GB3), so it keeps its order. */
function withLineEnds(reversed: string): string {
  return reversed.includes('\n\r') ? reversed.replaceAll('\n\r', '\r\n') : reversed;
}

/** Takes a tenth of the Segmenter's time. */
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
