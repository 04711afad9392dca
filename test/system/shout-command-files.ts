import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folder } from '../support/folder.ts';
import type { Ending } from '../support/process.ts';

/** A file of this many different lines, and what each of them becomes. */
export async function numberedLines(
  ending: Ending,
  count: number,
): Promise<{ path: string; shouted: readonly string[] }> {
  const lines = Array.from({ length: count }, (_, i) => `line ${i}`);
  const path = join(await folder(ending), 'lines.txt');
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  return { path, shouted: lines.map((line) => [...line.toUpperCase()].reverse().join('')) };
}
