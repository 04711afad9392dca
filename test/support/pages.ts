import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const ROOT = new URL('../../', import.meta.url);

/** The same as a path. */
export const root = fileURLToPath(ROOT);

/** A file by its path in the project. */
export function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** The first group of each match in a text. */
export function matches(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, found = '']) => found);
}
