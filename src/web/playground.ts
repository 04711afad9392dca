import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { extname } from 'node:path';
import { fontFaces, fontLicences, fonts, USUAL_FONTS } from './fonts.ts';
import { icon } from './icon.ts';
import { PAGE_POLICY, page } from './page.ts';
import { answer } from './style/answer.ts';
import { base, noScript } from './style/base.ts';
import { breaking } from './style/breaking.ts';
import { layout } from './style/layout.ts';

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

export interface PlaygroundOptions {
  /** Of the service. */
  readonly version: string;
  readonly source: string | undefined;
  readonly isBreakable: boolean;
}

export interface Playground {
  readonly html: Buffer;
  /** Its Content-Security-Policy. */
  readonly policy: string;
  /** Changes whenever any of the assets does. */
  readonly version: string;
  /** By file name. */
  readonly assets: ReadonlyMap<string, Asset>;
}

const scripts = new URL('./browser/', import.meta.url);

// `.ts` in the sources, `.js` where they were built: there the declarations and source maps are left out by this.
const extension = extname(import.meta.url);
const START = `start${extension}`;
const BREAK = `break${extension}`;

/** Reads and puts together all that the page consists of. */
export function playground(options: PlaygroundOptions): Playground {
  const { isBreakable } = options;
  const modules = readdirSync(scripts)
    .filter((file) => file.endsWith(extension))
    .filter((file) => isBreakable || !file.startsWith('break'));
  const style = fontFaces() + base + layout + answer + (isBreakable ? breaking : '');
  const assets = new Map<string, Asset>([
    ['style.css', asset('text/css', style)],
    ['no-script.css', asset('text/css', noScript)],
    ['icon.svg', asset('image/svg+xml', icon)],
    ['font-licences.txt', asset('text/plain', fontLicences())],
    ...fonts().map(({ name, body }) => [name, { type: 'font/woff2', body }] as const),
    ...modules.map((file) => [file, asset('text/javascript', script(file))] as const),
  ]);
  const version = versionOf(assets);
  const html = page({
    ...options,
    assets: `assets/${version}`,
    entries: isBreakable ? [START, BREAK] : [START],
    modules: modules.filter((file) => file !== START && file !== BREAK),
    fonts: USUAL_FONTS,
  });
  return { html: Buffer.from(html), policy: PAGE_POLICY, version, assets };
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
