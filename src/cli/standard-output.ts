import type { Writable } from 'node:stream';
import { systemClock } from '../core/clock.ts';

/** What became of the output: all is written, somebody gave up a reader that does not read, or it could not be written. */
export type OutputEnd = 'written' | 'given up' | Error;

export interface StandardOutput {
  /** Waits until all of it is written, or until `givenUp` resolves. A reader that has had enough, such as `head`, is fine. */
  finished(givenUp: Promise<void>): Promise<OutputEnd>;
}

/** Watches what becomes of the output from now on. */
export function standardOutput(stdout: Writable): StandardOutput {
  let failure: Error | undefined;
  stdout.on('error', (error) => {
    failure ??= error;
  });

  return {
    async finished(givenUp) {
      if (stdout.writableLength > 0) {
        const written = new Promise<OutputEnd>((resolve) => stdout.write('', () => resolve('written')));
        const end = await Promise.race([written, givenUp.then(() => 'given up' as const)]);
        if (end === 'given up') return end;
      }
      // A stream tells of a failure a moment after the write.
      await new Promise<void>((resolve) => systemClock.soon(resolve));
      return failure === undefined || isEnough(failure) ? 'written' : failure;
    },
  };
}

function isEnough(failure: Error): boolean {
  return 'code' in failure && failure.code === 'EPIPE';
}
