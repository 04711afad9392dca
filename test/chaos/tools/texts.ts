import { simpleUpperCase } from '../../../src/core/upper-case.ts';
import { seededRandom } from '../../../src/shoutcloud/fault-plan.ts';

/** Where a load takes its texts from; plain ASCII, so that the oracle needs no grapheme rules. */
export type TextSource =
  | { readonly kind: 'distinct'; readonly seed: number; readonly length?: number }
  | { readonly kind: 'list'; readonly texts: readonly string[] };

/** The next text of a source, for ever. */
export function textsOf(source: TextSource): () => string {
  switch (source.kind) {
    case 'distinct':
      return distinctTexts(source.seed, source.length ?? 16);
    case 'list':
      return inTurn(source.texts);
  }
}

/** The first `count` texts that a distinct source of this seed gives. */
export function someTexts(count: number, seed: number, length = 16): string[] {
  const next = distinctTexts(seed, length);
  return Array.from({ length: count }, next);
}

/** What the gateway must answer for plain ASCII: reversed, upper-cased, by rules of our own. */
export function oracle(text: string): string {
  return simpleUpperCase([...text].reverse().join(''));
}

function distinctTexts(seed: number, length: number): () => string {
  const random = seededRandom(seed);
  let count = 0;
  return () => {
    let letters = `${seed.toString(36)}.${(count++).toString(36)}.`;
    while (letters.length < length) letters += LETTERS[Math.floor(random() * LETTERS.length)];
    return letters;
  };
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz <>&';

function inTurn(texts: readonly string[]): () => string {
  let count = 0;
  return () => texts[count++ % texts.length] ?? '';
}
