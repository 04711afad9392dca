import type { Readable } from 'node:stream';

/** What may arrive beyond the awaited replies: handshakes, errors, and the start of the next chunk. */
const SLACK_BYTES = 131_072;

/**
 * Bounds what a Redis connection reads: more than its awaited replies can be long means that somebody put a huge value
 * under one of our keys, and the connection is cut before it is all in memory.
 */
export class ReplyGuard {
  #awaitedBytes = 0;
  #receivedBytes = 0;

  /** Guards a new connection; `onTooMuch` is called before it is cut. */
  watch(stream: Readable, onTooMuch: () => void): void {
    this.#receivedBytes = 0;
    stream.prependListener('data', (chunk: Buffer) => {
      this.#receivedBytes += chunk.length;
      if (this.#receivedBytes <= this.#awaitedBytes + SLACK_BYTES) return;
      onTooMuch();
      stream.destroy(new Error('a reply is too large'));
    });
  }

  /** Awaits a reply of at most this many bytes, until the returned function is called. */
  expect(bytes: number): () => void {
    this.#awaitedBytes += bytes;
    return () => {
      this.#awaitedBytes -= bytes;
      this.#receivedBytes = 0;
    };
  }
}
