import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** The unit tests that import this file, themselves or by helpers of theirs; paths from the root of the project. */
export function relatedTests(file: string): string[] {
  return globSync('test/{unit,contract}/**/*.test.ts').filter((test) => importedBy(test).has(file));
}

/** What a test file and its helpers import, but not what that imports in turn. */
function importedBy(test: string, seen = new Set<string>()): Set<string> {
  for (const imported of importsOf(test)) {
    if (seen.has(imported)) continue;
    seen.add(imported);
    if (imported.startsWith('test/')) importedBy(imported, seen);
  }
  return seen;
}

function importsOf(path: string): string[] {
  if (!existsSync(path)) return [];
  const names = readFileSync(path, 'utf8').matchAll(/\bfrom '(\.[^']+)'/g);
  return Array.from(names, ([, name = '']) => posix.join(posix.dirname(path), name));
}
