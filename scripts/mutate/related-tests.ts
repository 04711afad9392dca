import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** Each change is checked by at least this many test files, if that many import the changed file directly or indirectly. */
const LEAST_TESTS = 10;

/**
 * The tests nearest to this file by imports, in groups: first those that import it, then those that import one of its importers,
 * and so on, until there are enough. Only tests that start no process are included. The paths begin at the root of the project.
 */
export function relatedTests(file: string): string[][] {
  const distances = distancesTo(file);
  const tests = globSync('test/{unit,contract,http}/**/*.test.ts');
  const farthest = Math.max(0, ...distances.values());
  const groups: string[][] = [];
  for (let distance = 1; distance <= farthest && groups.flat().length < LEAST_TESTS; distance++)
    groups.push(tests.filter((test) => distances.get(test) === distance));
  return groups.filter((group) => group.length > 0);
}

/** How many imports of product code lead from each file to this one. A test and its helpers count as one file. */
function distancesTo(file: string): Map<string, number> {
  const importers = importersOf(globSync('{src,test}/**/*.ts'));
  const distances = new Map<string, number>();
  let reached = [file];
  for (let distance = 1; reached.length > 0; distance++) {
    const next = new Set<string>();
    for (const each of reached) visit(each, next, distance);
    reached = [...next];
  }
  return distances;

  function visit(imported: string, next: Set<string>, distance: number): void {
    for (const importer of importers.get(imported) ?? []) {
      if (distances.has(importer)) continue;
      distances.set(importer, distance);
      if (importer.startsWith('test/')) visit(importer, next, distance);
      else next.add(importer);
    }
  }
}

function importersOf(files: readonly string[]): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  for (const file of files)
    for (const imported of importsOf(file))
      importers.set(imported, [...(importers.get(imported) ?? []), file]);
  return importers;
}

function importsOf(path: string): string[] {
  if (!existsSync(path)) return [];
  const names = readFileSync(path, 'utf8').matchAll(/^(?!import type ).*\bfrom '(\.[^']+)'/gm);
  return Array.from(names, ([, name = '']) => posix.join(posix.dirname(path), name));
}
