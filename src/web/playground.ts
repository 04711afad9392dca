import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { extname } from 'node:path';
import { asset, filled, ownFile, packageFile } from './asset.ts';

export interface PlaygroundOptions {
  readonly version: string;
  /** The address of the source, if the package has one. */
  readonly source: string | undefined;
  /** Whether the page has the panel that breaks the embedded SHOUTCLOUD server. */
  readonly isBreakable: boolean;
}

const SCRIPTS = new URL('./browser/', import.meta.url);

// `.ts` in the sources, `.js` after a build, which also leaves declarations and source maps in that folder.
const EXTENSION = extname(import.meta.url);
const START = `start${EXTENSION}`;
const BREAK = `break${EXTENSION}`;

/** The Content-Security-Policy: nothing comes from another origin. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** One font is quiet, the other narrow enough to be loud. Both have the SIL Open Font License. */
const FAMILIES = [
  { family: 'Quiet', from: 'literata', weights: '200 900' },
  { family: 'Loud', from: 'sofia-sans-extra-condensed', weights: '1 1000' },
] as const;

/** The scripts with capitals that both fonts have. A browser loads those that its text needs. */
const SUBSETS = ['latin', 'latin-ext', 'greek', 'cyrillic'] as const;

/** Reads all files of the playground. `version` changes whenever an asset does. */
export function playground({ version, source, isBreakable }: PlaygroundOptions) {
  const scripts = readdirSync(SCRIPTS).filter(
    (file) => file.endsWith(EXTENSION) && (isBreakable || file !== BREAK),
  );
  const styles = ['playground.css', 'answer.css', 'break.css'].map(ownFile);
  const bodies = new Map<string, string | Buffer>([
    ['style.css', fontFaces() + styles.join('')],
    ['icon.svg', ownFile('icon.svg')],
    // The licence requires that its text comes with the fonts.
    ['font-licences.txt', FAMILIES.map(({ from }) => fontPackage(from, 'LICENSE')).join('\n\n')],
    ...fonts(),
    ...scripts.map((file) => [file, script(file)] as const),
  ]);
  const assets = new Map(Array.from(bodies, ([name, body]) => [name, asset(name, body)]));
  const all = Buffer.concat(Array.from(assets.values(), ({ body }) => body));
  const assetsVersion = hash('sha256', all, 'hex').slice(0, 12);
  // Relative to the page, because a proxy can serve the page below a path of its own.
  const folder = `assets/${assetsVersion}`;
  const html = filled(ownFile('playground.html'), {
    assets: folder,
    loads: [...FAMILIES.map(({ from }) => fontFile(from, 'latin')), ...scripts]
      .map((file) => loading(file, `${folder}/${file}`))
      .join('\n'),
    break: isBreakable ? ownFile('break.html') : '',
    version,
    source: source === undefined ? '' : `<a href="${source}">Source</a>`,
  });
  return { html: asset('playground.html', html), policy: POLICY, version: assetsVersion, assets };
}

/** Browsers fetch these at once, instead of one after the other as they find them. */
function loading(file: string, url: string): string {
  if (file === START || file === BREAK) return `<script type="module" src="${url}"></script>`;
  if (file.endsWith(EXTENSION)) return `<link rel="modulepreload" href="${url}">`;
  return `<link rel="preload" href="${url}" as="font" type="font/woff2" crossorigin>`;
}

function script(file: string): string {
  const source = readFileSync(new URL(file, SCRIPTS), 'utf8');
  return EXTENSION === '.ts' ? stripTypeScriptTypes(source) : source;
}

/** One file for each family and script. */
function fonts(): (readonly [name: string, body: Buffer])[] {
  return FAMILIES.flatMap(({ from }) =>
    SUBSETS.map((subset) => {
      const body = fontPackage(from, `files/${from}-${subset}-wght-normal.woff2`);
      return [fontFile(from, subset), body] as const;
    }),
  );
}

/** The `@font-face` rules, which end up in the style sheet. It is in the same folder as the fonts. */
function fontFaces(): string {
  return FAMILIES.flatMap(({ family, from, weights }) => {
    const ranges = JSON.parse(fontPackage(from, 'unicode.json').toString());
    return SUBSETS.map(
      (subset) =>
        `@font-face { font-family: "${family}"; font-weight: ${weights}; font-display: swap; ` +
        `src: url(${fontFile(from, subset)}) format("woff2"); unicode-range: ${ranges[subset]}; }\n`,
    );
  }).join('');
}

function fontFile(from: string, subset: string): string {
  return `${from}-${subset}.woff2`;
}

function fontPackage(from: string, path: string): Buffer {
  return packageFile(`@fontsource-variable/${from}/${path}`);
}
