import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './folder.ts';
import type { Ending } from './process.ts';

const { O_RDONLY, O_NONBLOCK } = constants;

/** A named pipe, which only the test reads. It takes 64 KiB before it is read. */
export async function fifo(ending: Ending) {
  const path = join(await folder(ending), 'fifo');
  spawnSync('mkfifo', [path]);
  let fd: number | undefined = openSync(path, O_RDONLY | O_NONBLOCK);
  const leave = () => {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
  };
  ending.after(async () => leave());
  return {
    path,
    /** Everything that has arrived and was not read yet; empty if there is nothing. */
    read: () => (fd === undefined ? '' : available(fd)),
    /** Closes the reading side: a writer gets EPIPE. */
    leave,
    /** Opens the reading side again. */
    comeBack: () => {
      fd = openSync(path, O_RDONLY | O_NONBLOCK);
    },
  };
}

function available(fd: number): string {
  // Smaller than one write, so that a writer finds room for only a part of its bytes.
  const buffer = Buffer.alloc(5000);
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer));
  } catch {
    // EAGAIN: the pipe is empty.
    return '';
  }
}
