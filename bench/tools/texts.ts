const WORDS =
  'the quick brown fox jumps over a lazy dog while seven wizards mix very odd jugs of liquid'.split(' ');

/** `count` different texts of about 25 characters. No text is in two `series`. */
export function distinctTexts(series: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => distinctText(series, i));
}

/** The texts that all rows about known texts ask for. */
export const KNOWN_TEXTS = distinctTexts('known', 1000);

export function distinctText(series: string, i: number): string {
  const word = (step: number) => WORDS[(i * step + step) % WORDS.length];
  return `${word(1)} ${word(5)} ${word(7)} ${series}${i}`;
}
