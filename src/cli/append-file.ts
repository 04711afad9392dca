import { createWriteStream, fstatSync, openSync, type Stats } from 'node:fs';

/**
 * A file to append to, made if it is missing, for its owner alone, and which one it is. Fails where it cannot be written.
 */
export function openAppendFile(path: string): { stream: NodeJS.WritableStream; stats: Stats } {
  const fd = openSync(path, 'a', 0o600);
  return { stream: createWriteStream(path, { fd }), stats: fstatSync(fd) };
}
