import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { extname } from 'node:path';
import { answerStyle, breakStyle } from './answer-style.ts';
import { icon, PAGE_POLICY, type PageOptions, page } from './page.ts';
import { noScriptStyle, pageStyle } from './page-style.ts';

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

export type PlaygroundOptions = Pick<PageOptions, 'version' | 'source' | 'isBreakable'>;

const scripts = new URL('./browser/', import.meta.url);

// `.ts` in the sources, `.js` after a build, which also leaves declarations and source maps in that folder.
const extension = extname(import.meta.url);
const START = `start${extension}`;
const BREAK = `break${extension}`;

/** Reads all files of the playground. `version` changes with each of the assets. */
export function playground(options: PlaygroundOptions) {
  const { isBreakable } = options;
  const modules = readdirSync(scripts)
    .filter((file) => file.endsWith(extension))
    .filter((file) => isBreakable || file !== BREAK);
  const style = fontFaces() + pageStyle + answerStyle + (isBreakable ? breakStyle : '');
  const assets = new Map<string, Asset>([
    ['style.css', asset('text/css', style)],
    ['no-script.css', asset('text/css', noScriptStyle)],
    ['icon.svg', asset('image/svg+xml', icon)],
    ['font-licences.txt', asset('text/plain', fontLicences())],
    ...fonts(),
    ...modules.map((file) => [file, asset('text/javascript', script(file))] as const),
  ]);
  const version = versionOf(assets);
  const html = page({
    ...options,
    assets: `assets/${version}`,
    entries: isBreakable ? [START, BREAK] : [START],
    modules: modules.filter((file) => file !== START && file !== BREAK),
    fonts: FAMILIES.map(({ from }) => fontFile(from, 'latin')),
  });
  return { html, policy: PAGE_POLICY, version, assets };
}

function script(file: string): string {
  const source = readFileSync(new URL(file, scripts), 'utf8');
  return extension === '.ts' ? stripTypeScriptTypes(source) : source;
}

function asset(type: string, text: string): Asset {
  return { type: `${type}; charset=utf-8`, body: Buffer.from(text) };
}

function versionOf(assets: ReadonlyMap<string, Asset>): string {
  const all = Buffer.concat([...assets.values()].map(({ body }) => body));
  return hash('sha256', all, 'hex').slice(0, 12);
}

/** One font is quiet, the other narrow enough to be loud. Both have the SIL Open Font License. */
const FAMILIES = [
  { family: 'Quiet', from: 'literata', weights: '200 900' },
  { family: 'Loud', from: 'sofia-sans-extra-condensed', weights: '1 1000' },
] as const;

/** The scripts with capitals that both fonts have. A browser loads those that its text needs. */
const SUBSETS = ['latin', 'latin-ext', 'greek', 'cyrillic'] as const;

/** One file for each family and script. */
function fonts(): (readonly [name: string, file: Asset])[] {
  return FAMILIES.flatMap(({ from }) =>
    SUBSETS.map((subset) => {
      const body = fontPackage(from, `files/${from}-${subset}-wght-normal.woff2`);
      return [fontFile(from, subset), { type: 'font/woff2', body }] as const;
    }),
  );
}

/** The rules that name the fonts to the style sheet, which is in the same folder. */
function fontFaces(): string {
  return FAMILIES.flatMap(({ family, from, weights }) => {
    const ranges = JSON.parse(fontPackage(from, 'unicode.json').toString());
    return SUBSETS.map(
      (subset) => `@font-face {
  font-family: "${family}";
  font-weight: ${weights};
  font-display: swap;
  src: url(${fontFile(from, subset)}) format("woff2");
  unicode-range: ${ranges[subset]};
}
`,
    );
  }).join('');
}

/** The licence requires that its text comes with the fonts. */
function fontLicences(): string {
  return FAMILIES.map(({ from }) => fontPackage(from, 'LICENSE').toString()).join('\n\n');
}

function fontFile(from: string, subset: string): string {
  return `${from}-${subset}.woff2`;
}

function fontPackage(from: string, path: string): Buffer {
  return readFileSync(new URL(import.meta.resolve(`@fontsource-variable/${from}/${path}`)));
}
