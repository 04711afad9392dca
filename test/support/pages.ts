import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the repository, as a URL. */
export const ROOT = new URL('../../', import.meta.url);

/** The folder of the repository, as a path. */
export const root = fileURLToPath(ROOT);

/** The content of a file, by its path in the repository. */
export function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** The first group of each match in a text. */
export function matches(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, found = '']) => found);
}
