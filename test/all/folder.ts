import { globSync } from 'node:fs';
import { test } from 'node:test';

/**
 * Runs all tests of a folder in this process. One process per file would take longer than its tests. `node --test` also runs each
 * file by itself.
 */
export async function allOf(folder: string): Promise<void> {
  for (const file of globSync(`${folder}/**/*.test.ts`, { cwd: `${import.meta.dirname}/..` }).sort()) {
    // A file that cannot be loaded must not keep the others from running.
    await import(`../${file}`).catch((error) => test(file, () => Promise.reject(error)));
  }
}
