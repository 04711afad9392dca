import { simpleUpperCase } from '../../src/core/upper-case.ts';
import { goUpperCase } from '../../src/shoutcloud/go-behaviour.ts';

const POISON = '☠';
const LONG = 'Lorem ipsum dolor sit amet, '.repeat(100);

// What upper-casing, JSON and the separators of batches make hard.
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

/** The text with this number: no other one has the number between these marks. Every hundredth or so is long. */
export function textOf(id: number, isPoison = false): string {
  const kind = id % 97;
  const tail = kind < TAILS.length ? TAILS[kind] : `plain ${kind}`;
  return `‹${id}›${isPoison ? POISON : ''}${id % 1999 === 9 ? LONG.repeat(16) : tail}`;
}

export function isPoison(text: string): boolean {
  return text.includes(POISON);
}

/** The numbers of the texts that travel in this one. */
export function idsIn(text: string): number[] {
  return Array.from(text.matchAll(/‹(\d+)›/g), ([, id]) => Number(id));
}

/** Whether the answer is this text's: as SHOUTCLOUD says it, or with letters that its Unicode does not know yet. */
export function isRight(text: string, answer: string): boolean {
  return answer === goUpperCase(text) || answer === simpleUpperCase(text);
}
