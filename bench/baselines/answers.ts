import { distinctTexts } from '../tools/texts.ts';

/** How many texts every known-string row asks for. */
export const KNOWN_TEXTS = 1000;

/** What the baselines know: the texts of those rows, and their answers. */
export const answers = new Map(
  distinctTexts('known', KNOWN_TEXTS).map((text) => [text, [...text].reverse().join('').toUpperCase()]),
);
