import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ending } from '../support/process.ts';

/** A folder that is there while the test runs. */
export async function folder(ending: Ending): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tuohs-test-'));
  ending.after(() => rm(path, { recursive: true }));
  return path;
}

/** A file of so many different lines, and what each of them becomes. */
export async function numberedLines(
  ending: Ending,
  count: number,
): Promise<{ path: string; shouted: readonly string[] }> {
  const lines = Array.from({ length: count }, (_, i) => `line ${i}`);
  const path = join(await folder(ending), 'lines.txt');
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  return { path, shouted: lines.map((line) => [...line.toUpperCase()].reverse().join('')) };
}
