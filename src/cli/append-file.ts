import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';

/** A file to append to, made if it is missing, and which one it is. Fails where it cannot be written. */
export async function openAppendFile(path: string): Promise<{ stream: NodeJS.WritableStream; stats: Stats }> {
  const handle = await open(path, 'a');
  return { stream: handle.createWriteStream(), stats: await handle.stat() };
}
