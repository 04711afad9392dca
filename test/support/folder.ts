import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ending } from './process.ts';

/** A folder that is removed at the end of the test. */
export async function folder(ending: Ending): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tuohs-test-'));
  ending.after(() => rm(path, { recursive: true }));
  return path;
}

/** The path of a file in a new folder. Without content, the file does not exist yet. */
export async function newFile(ending: Ending, content?: string | Buffer): Promise<string> {
  const path = join(await folder(ending), 'file');
  if (content !== undefined) await writeFile(path, content);
  return path;
}
