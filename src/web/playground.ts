import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { extname } from 'node:path';
import { icon } from './icon.ts';
import { page } from './page.ts';
import { answer } from './style/answer.ts';
import { base } from './style/base.ts';
import { layout } from './style/layout.ts';

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

export interface Playground {
  readonly html: Buffer;
  /** Changes whenever any of the assets does. */
  readonly version: string;
  /** By file name. */
  readonly assets: ReadonlyMap<string, Asset>;
}

const scripts = new URL('./browser/', import.meta.url);

// `.ts` in the sources, `.js` where they were built: there the declarations and source maps are left out by this.
const extension = extname(import.meta.url);
const ENTRY = `start${extension}`;

/** Reads and puts together all that the page consists of. */
export function playground(): Playground {
  const modules = readdirSync(scripts).filter((file) => file.endsWith(extension));
  const assets = new Map<string, Asset>([
    ['style.css', asset('text/css', base + layout + answer)],
    ['icon.svg', asset('image/svg+xml', icon)],
    ...modules.map((file) => [file, asset('text/javascript', script(file))] as const),
  ]);
  const version = versionOf(assets);
  const imported = modules.filter((file) => file !== ENTRY);
  const html = page({ assets: `assets/${version}`, entry: ENTRY, modules: imported });
  return { html: Buffer.from(html), version, assets };
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
