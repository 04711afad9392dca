import type { Clock } from '../core/clock.ts';

/** Does `write` so that nothing else on the same terminal is garbled. */
export type Around = (write: () => void) => void;

export interface BufferedOutputOptions {
  readonly clock: Pick<Clock, 'soon'>;
  readonly around: Around;
  /** Called once, when nothing can be written any more. */
  readonly onBroken: (error: Error) => void;
}

/** Writes all chunks of one turn of the event loop in one piece, and tells the writer when the reader is slower. */
export interface BufferedOutput {
  /** If it returns a promise, the writer has to wait for it. */
  write(chunk: string | Buffer): Promise<void> | undefined;
  /** Resolves when the operating system has all of it, or when nothing can be written any more. */
  flushed(): Promise<void>;
}

export function bufferedOutput(
  stream: NodeJS.WritableStream,
  options: BufferedOutputOptions,
): BufferedOutput {
  const { clock, around, onBroken } = options;
  let chunks: (string | Buffer)[] = [];
  let size = 0;
  let isBroken = false;
  let cancelFlush: (() => void) | undefined;
  let room: PromiseWithResolvers<void> | undefined;
  stream.on('drain', makeRoom);
  stream.on('error', (error: Error) => {
    if (!isBroken) onBroken(error);
    isBroken = true;
    makeRoom();
  });

  return {
    write(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= FLUSH_AT) flush();
      else cancelFlush ??= clock.soon(flush);
      return room?.promise;
    },
    flushed() {
      flush();
      return new Promise((resolve) => {
        if (isBroken) return resolve();
        stream.once('error', () => resolve());
        stream.write('', () => resolve());
      });
    },
  };

  function flush(): void {
    cancelFlush?.();
    cancelFlush = undefined;
    const data = joined(chunks);
    chunks = [];
    size = 0;
    if (isBroken || data.length === 0) return;
    around(() => {
      if (!stream.write(data)) room ??= Promise.withResolvers<void>();
    });
  }

  function makeRoom(): void {
    room?.resolve();
    room = undefined;
  }
}

const FLUSH_AT = 65_536;

function joined(chunks: readonly (string | Buffer)[]): string | Buffer {
  if (chunks.every((chunk) => typeof chunk === 'string')) return chunks.join('');
  return Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
}
