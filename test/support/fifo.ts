import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './folder.ts';
import type { Ending } from './process.ts';

const { O_RDONLY, O_NONBLOCK } = constants;

/** A pipe with a name, whose only reader is the test. It takes 64 KiB until it is read. */
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
    /** What has come and was not read yet; empty if nothing has. */
    read: () => (fd === undefined ? '' : available(fd)),
    /** The reader goes away: whoever writes gets EPIPE. */
    leave,
    /** The reader is there again. */
    comeBack: () => {
      fd = openSync(path, O_RDONLY | O_NONBLOCK);
    },
  };
}

function available(fd: number): string {
  // Less than is written at once, so that a writer finds room for a part of it.
  const buffer = Buffer.alloc(5000);
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer));
  } catch {
    // EAGAIN: nothing is there.
    return '';
  }
}
