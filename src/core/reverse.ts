import type { Call, Shout, Shouter } from './shouter.ts';
import type { NextTurn } from './turns.ts';

export type ReverseBy = 'grapheme' | 'codepoint';

export type Reverse = (text: string) => string;

/** Reverses and shouts a user's text. Fails as the shouter does. */
export type ReverseShout = (data: string, call: Call) => Shout | Promise<Shout>;

/** Replaces lone surrogates by U+FFFD first, so that reversing cannot join two of them into a character. */
export function reverseShout(
  shouter: Shouter,
  reverse: (text: string, call: Call) => string | Promise<string>,
): ReverseShout {
  return (data, call) => {
    if (data === '') return EMPTY;
    const reversed = reverse(data.toWellFormed(), call);
    if (typeof reversed === 'string') return shouter.shout(reversed, call);
    return reversed.then((text) => shouter.shout(text, call));
  };
}

const EMPTY: Shout = { text: '', source: 'memory', stored: false, collapsed: false };

/** Reverses well-formed text by user-perceived characters (UAX #29 grapheme clusters) or by code points. */
export function reverser(by: ReverseBy): Reverse {
  return by === 'grapheme' ? reverseGraphemes : reverseCodePoints;
}

/** How many UTF-16 units are reversed in one turn of the event loop. This takes about 2 ms if each unit is a cluster. */
const PIECE = 8192;

/** A text of at most this many units is reversed at once. */
const SHORT = 1024;

/**
 * Reverses most texts at once. A long text that needs `Intl.Segmenter` is reversed in pieces, one in each turn of the event loop.
 * Rejects when the caller has left.
 */
export function inTurns(
  reverse: Reverse,
  nextTurn: NextTurn,
): (text: string, call: Pick<Call, 'signal'>) => string | Promise<string> {
  return (text, call) =>
    text.length <= SHORT || MARKED.test(text) ? reverse(text) : reversePieces(text, call);

  async function reversePieces(text: string, { signal }: Pick<Call, 'signal'>): Promise<string> {
    let clusters: Intl.Segments | undefined;
    let reversed = '';
    for (let start = 0; start < text.length; ) {
      // Reversing one UTF-16 unit takes as long as other work on 60 bytes, so other work must not wait behind this text.
      await nextTurn(text.length, () => signal.aborted, 'slow');
      signal.throwIfAborted();
      clusters ??= clustersOf(text);
      const last = clusters.containing(start + PIECE);
      const end = last ? last.index + last.segment.length : text.length;
      reversed = reverse(text.slice(start, end)) + reversed;
      start = end;
    }
    return reversed;
  }
}

/** Created on first use, because creating it takes 10 ms and would delay every start. */
let segmenter: Intl.Segmenter | undefined;

function clustersOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

// These characters never form a cluster with each other, except CR before LF. So a text of only these characters needs no Segmenter.
const PLAIN =
  /^[\0-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027\u2030-\u205f\u20a0-\u20cf\u3000-\u3029\u3030-\u3098\u309b-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff9d]*$/;
// The same characters and combining marks.
const MARKED = new RegExp(PLAIN.source.replace(']', '\\u0300-\\u036f]'));
const LATIN1 = /^[\0-\xff]*$/;

function reverseGraphemes(text: string): string {
  if (PLAIN.test(text)) return withLineEnds(reverseUnits(text));
  if (MARKED.test(text)) return withLineEnds(reverseMarked(text));
  const clusters: string[] = [];
  for (const { segment } of clustersOf(text)) clusters.push(segment);
  return clusters.reverse().join('');
}

/** CR LF is one character (UAX #29, GB3), so it keeps its order. */
function withLineEnds(reversed: string): string {
  return reversed.includes('\n\r') ? reversed.replaceAll('\n\r', '\r\n') : reversed;
}

/** Keeps marks after the character that they belong to. This is a hundred times as fast as the Segmenter. */
function reverseMarked(text: string): string {
  const reversed = new Uint16Array(text.length);
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = endOfMarked(text, start);
    const shift = text.length - end - start;
    for (let i = start; i < end; i++) reversed[i + shift] = text.charCodeAt(i);
  }
  return Buffer.from(reversed.buffer).toString('utf16le');
}

/** The end of the cluster at `start`. A mark extends any character except line and control characters (UAX #29, GB4, GB9). */
function endOfMarked(text: string, start: number): number {
  const first = text.charCodeAt(start);
  const isControl = first < 0x20 || (first >= 0x7f && first <= 0x9f) || first === 0xad;
  let end = start + 1;
  if (!isControl) while (isMark(text.charCodeAt(end))) end++;
  return end;
}

function isMark(unit: number): boolean {
  return unit >= 0x300 && unit <= 0x36f;
}

function reverseCodePoints(text: string): string {
  return reverseUnits(text).replace(/([\udc00-\udfff])([\ud800-\udbff])/g, '$2$1');
}

function reverseUnits(text: string): string {
  if (LATIN1.test(text)) return Buffer.from(text, 'latin1').reverse().toString('latin1');
  return Buffer.from(text, 'utf16le').reverse().swap16().toString('utf16le');
}
