import { readFileSync } from 'node:fs';
import { extname } from 'node:path';

/** A file that a page loads, or a page. */
export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  // In a checkout, the scripts of the page are TypeScript. They are sent without their types.
  '.ts': 'text/javascript; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** A file. Its type follows from the end of its name. */
export function asset(name: string, body: string | Buffer): Asset {
  return { type: TYPES[extname(name)] ?? 'application/octet-stream', body: Buffer.from(body) };
}

/** The text of a file in `files/`. */
export function ownFile(name: string): string {
  return readFileSync(new URL(`files/${name}`, import.meta.url), 'utf8');
}

/** A file of an installed package. */
export function packageFile(path: string): Buffer {
  return readFileSync(new URL(import.meta.resolve(path)));
}

/** The page with these values in place of their names in double braces. */
export function filled(page: string, values: Readonly<Record<string, string>>): string {
  return page.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name] ?? '');
}
