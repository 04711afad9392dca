import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ending } from './process.ts';

/** A folder that is there while the test runs. */
export async function folder(ending: Ending): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tuohs-test-'));
  ending.after(() => rm(path, { recursive: true }));
  return path;
}
