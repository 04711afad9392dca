/** The texts of a load. Each text is new, or the first `cycle` texts are repeated. */
export interface TextSource {
  readonly seed: number;
  /** The length of a text in characters as people count them. The default is 16. */
  readonly length?: number;
  /** After this many texts, the first text comes again. */
  readonly cycle?: number;
  /** The characters that fill a text up to its length. */
  readonly filler?: string;
}

const LETTERS = 'pack my box with <&> five dozen jugs';
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** The text with this number. Sources with different seeds have different texts. */
export function textOf(
  { seed, length = 16, cycle = Number.POSITIVE_INFINITY, filler = LETTERS }: TextSource,
  at: number,
): string {
  const number = at % cycle;
  const name = `${seed.toString(36)}.${number.toString(36)}.`;
  const characters = charactersOf(filler);
  const filling = Array.from(
    { length: Math.max(0, length - name.length) },
    (_, i) => characters[(number + i) % characters.length],
  );
  return name + filling.join('');
}

export function someTexts(count: number, source: TextSource): string[] {
  return Array.from({ length: count }, (_, at) => textOf(source, at));
}

/** The right answer, computed without the code of the service. It is right only for ASCII and emoji. */
export function oracle(text: string): string {
  return charactersOf(text).reverse().join('').toUpperCase();
}

function charactersOf(text: string): string[] {
  if (/^[\0-\x7f]*$/.test(text)) return text.split('');
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
