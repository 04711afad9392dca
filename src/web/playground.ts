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

// `.ts` in a checkout, `.js` in a build. A build also leaves declarations and source maps in the folder, which are skipped.
const EXTENSION = extname(import.meta.url);
const START = `start${EXTENSION}`;
const BREAK = `break${EXTENSION}`;

/** The Content-Security-Policy: nothing comes from another origin. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The first font is for the typed text. The second is narrow, so that shouts can be large. Both have the SIL Open Font License. */
const FONTS = ['literata', 'sofia-sans-extra-condensed'];

/** Finds the rules for the alphabets that have capitals and are in both fonts. Browsers load only the files that a text needs. */
const FONT_RULES = /@font-face \{[^}]*-(latin|latin-ext|greek|cyrillic)-wght-normal\.woff2[^}]*\}/g;

/** Reads all files of the playground. `version` changes whenever an asset does. */
export function playground({ version, source, isBreakable }: PlaygroundOptions) {
  const scripts = readdirSync(SCRIPTS).filter(
    (file) => file.endsWith(EXTENSION) && (isBreakable || file !== BREAK),
  );
  const fonts = FONTS.map(fontFiles);
  const styles = ['playground.css', 'answer.css', 'break.css'].map(ownFile);
  const bodies = new Map<string, string | Buffer>([
    ['style.css', [...fonts.map(({ css }) => css), ...styles].join('\n')],
    ['icon.svg', ownFile('icon.svg')],
    // The licence requires that its text comes with the fonts.
    ['font-licences.txt', FONTS.map((font) => fontPackage(font, 'LICENSE')).join('\n\n')],
    ...fonts.flatMap(({ files }) => files),
    ...scripts.map((file) => [file, script(file)] as const),
  ]);
  const assets = new Map(Array.from(bodies, ([name, body]) => [name, asset(name, body)]));
  const all = Buffer.concat(Array.from(assets.values(), ({ body }) => body));
  const assetsVersion = hash('sha256', all, 'hex').slice(0, 12);
  // Relative to the page, because a proxy can serve the page below a path of its own.
  const folder = `assets/${assetsVersion}`;
  const html = filled(ownFile('playground.html'), {
    assets: folder,
    loads: [...FONTS.map((font) => `${font}-latin-wght-normal.woff2`), ...scripts]
      .map((file) => loading(file, `${folder}/${file}`))
      .join('\n'),
    break: isBreakable ? ownFile('break.html') : '',
    version,
    source: source === undefined ? '' : `<a href="${source}">Source</a>`,
  });
  return { html: asset('playground.html', html), policy: POLICY, version: assetsVersion, assets };
}

/** Makes browsers fetch a file at once. Without this, they would find and fetch the files one after the other. */
function loading(file: string, url: string): string {
  if (file === START || file === BREAK) return `<script type="module" src="${url}"></script>`;
  if (file.endsWith(EXTENSION)) return `<link rel="modulepreload" href="${url}">`;
  return `<link rel="preload" href="${url}" as="font" type="font/woff2" crossorigin>`;
}

function script(file: string): string {
  const source = readFileSync(new URL(file, SCRIPTS), 'utf8');
  return EXTENSION === '.ts' ? stripTypeScriptTypes(source) : source;
}

/** The files of a font, and the rules that name them, without a folder: the style sheet is in the same folder as the files. */
function fontFiles(font: string) {
  const rules = String(fontPackage(font, 'wght.css')).match(FONT_RULES) ?? [];
  const css = rules.join('\n').replaceAll('./files/', '');
  const names = css.match(/[\w-]+\.woff2/g) ?? [];
  return { css, files: names.map((name) => [name, fontPackage(font, `files/${name}`)] as const) };
}

function fontPackage(font: string, path: string): Buffer {
  return packageFile(`@fontsource-variable/${font}/${path}`);
}
