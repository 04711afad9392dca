import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './folder.ts';
import type { Ending } from './process.ts';

const { O_RDONLY, O_NONBLOCK } = constants;

/** A named pipe that only the test reads. A writer can fill it with up to 64 KiB that the test has not read yet. */
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
    /** The next bytes that have arrived, at most 5,000. Empty if there are none. */
    read: () => (fd === undefined ? '' : available(fd)),
    /** Closes the reading side, so that a writer gets EPIPE. */
    leave,
    /** Opens the reading side again. */
    comeBack: () => {
      fd = openSync(path, O_RDONLY | O_NONBLOCK);
    },
  };
}

function available(fd: number): string {
  // Less than a program writes at once, so that the freed space has room for only a part of its next write.
  const buffer = Buffer.alloc(5000);
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer));
  } catch {
    // EAGAIN: the pipe is empty.
    return '';
  }
}
