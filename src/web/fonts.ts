import { readFileSync } from 'node:fs';

export interface Font {
  /** The file name under which the page loads it. */
  readonly name: string;
  readonly body: Buffer;
}

/** A quiet voice, and one that is narrow enough to be loud. Both are under the SIL Open Font License. */
const FAMILIES = [
  { family: 'Quiet', from: 'literata', weights: '200 900' },
  { family: 'Loud', from: 'sofia-sans-extra-condensed', weights: '1 1000' },
] as const;

/** The scripts that both have capitals for. A browser loads those that its text needs. */
const SUBSETS = ['latin', 'latin-ext', 'greek', 'cyrillic'] as const;

/** The files that every text needs. */
export const USUAL_FONTS = FAMILIES.map(({ from }) => fileName(from, 'latin'));

/** The fonts of the page, one file for each family and script. */
export function fonts(): Font[] {
  return FAMILIES.flatMap(({ from }) =>
    SUBSETS.map((subset) => ({
      name: fileName(from, subset),
      body: read(from, `files/${from}-${subset}-wght-normal.woff2`),
    })),
  );
}

/** The rules that make them known to the style sheet, which is in the same folder. */
export function fontFaces(): string {
  return FAMILIES.map(({ family, from, weights }) => {
    const ranges = JSON.parse(read(from, 'unicode.json').toString());
    return SUBSETS.map(
      (subset) => `@font-face {
  font-family: "${family}";
  font-weight: ${weights};
  font-display: swap;
  src: url(${fileName(from, subset)}) format("woff2");
  unicode-range: ${ranges[subset]};
}
`,
    ).join('');
  }).join('');
}

/** The licences of the fonts, which have to go with them. */
export function fontLicences(): string {
  return FAMILIES.map(({ from }) => read(from, 'LICENSE').toString()).join('\n\n');
}

function fileName(from: string, subset: string): string {
  return `${from}-${subset}.woff2`;
}

function read(from: string, path: string): Buffer {
  return readFileSync(new URL(import.meta.resolve(`@fontsource-variable/${from}/${path}`)));
}
