import { distinctTexts } from '../tools/texts.ts';

/** How many texts each row about known texts asks for. */
export const KNOWN_TEXTS = 1000;

/** The texts of those rows, and their answers. */
export const answers = new Map(
  distinctTexts('known', KNOWN_TEXTS).map((text) => [text, [...text].reverse().join('').toUpperCase()]),
);
