import { simpleUpperCase } from '../../src/core/upper-case.ts';
import { goUpperCase } from '../../src/shoutcloud/go-behaviour.ts';

const POISON = '☠';
const LONG = 'Lorem ipsum dolor sit amet, '.repeat(100);

// The ends of the texts. They are difficult to upper-case, to write as JSON or to join in batches.
const TAILS = [
  'hello',
  'a longer text with several words',
  'straße ŉ ﬁ',
  'ᾀ ǆ ſ ı',
  'line one\nline two\ttab',
  '"quoted" \\ <&>\u2028',
  '👨‍👩‍👧é🇺🇸',
  'ƛ ɤ: younger than Go',
  Array.from({ length: 31 }, (_, code) => String.fromCharCode(code)).join(''),
  LONG,
];

/** The text with this number. It begins with the number between two marks, so all texts differ. */
export function textOf(id: number, isPoison = false): string {
  const kind = id % 97;
  const tail = kind < TAILS.length ? TAILS[kind] : `plain ${kind}`;
  return `‹${id}›${isPoison ? POISON : ''}${id % 1999 === 9 ? LONG.repeat(16) : tail}`;
}

export function isPoison(text: string): boolean {
  return text.includes(POISON);
}

/** The numbers of all texts in a batch. */
export function idsIn(text: string): number[] {
  const ids: number[] = [];
  for (let at = text.indexOf('‹'); at >= 0; at = text.indexOf('‹', at)) {
    const end = text.indexOf('›', at);
    ids.push(Number(text.slice(at + 1, end)));
    at = end;
  }
  return ids;
}

/**
 * Whether this is the right answer: the upper case that SHOUTCLOUD sends. Letters that are newer than its Unicode version can be
 * upper case or unchanged.
 */
export function isRight(text: string, answer: string): boolean {
  const start = text.indexOf('›') + 1;
  return (
    text.slice(0, start) === answer.slice(0, start) && shouted(text.slice(start)).has(answer.slice(start))
  );
}

/** The right answers for the last part of a text. They are kept, because there are only about a hundred such parts. */
function shouted(tail: string): ReadonlySet<string> {
  const known = SHOUTED.get(tail) ?? new Set([goUpperCase(tail), simpleUpperCase(tail)]);
  SHOUTED.set(tail, known);
  return known;
}

const SHOUTED = new Map<string, ReadonlySet<string>>();
