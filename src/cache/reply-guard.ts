import type { Readable } from 'node:stream';
import { ReplyFrames } from './reply-frames.ts';

/** What may arrive beyond the awaited replies: handshakes, errors, and the start of the next chunk. */
const SLACK_BYTES = 131_072;

/** `protocol`: a reply that nobody asked for, or bytes that are no reply. `oversized_value`: far more than was asked for. */
export type ReplyFault = 'protocol' | 'oversized_value';

/** What is used of an ioredis client: its connection, and the commands that wait for a reply. */
export interface GuardedClient {
  readonly stream: Readable;
  readonly commandQueue: { readonly length: number };
}

/**
 * Stands between a Redis connection and ioredis, which would take any reply for that of the next command, and which
 * ends the process at an unasked null (6.0.0: `DataHandler.shiftCommand` throws in a tick of its own). Nothing of a
 * chunk with a fault reaches it. A reply longer than the awaited ones means that somebody put a huge value under one of
 * our keys; it is refused before it is in memory.
 */
export class ReplyGuard {
  #awaitedBytes = 0;
  #receivedBytes = 0;

  /** Guards a new connection. `onFault` is called at the first fault and has to end the connection. */
  watch(client: GuardedClient, onFault: (fault: ReplyFault) => void): void {
    this.#receivedBytes = 0;
    const { stream } = client;
    const frames = new ReplyFrames();
    const decode = firstListener(stream);
    stream.off('data', decode);
    stream.prependListener('data', (chunk: Buffer) => {
      const fault = this.#faultOf(chunk, frames, client.commandQueue.length);
      if (fault === undefined) decode(chunk);
      else onFault(fault);
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

  #faultOf(chunk: Buffer, frames: ReplyFrames, asked: number): ReplyFault | undefined {
    this.#receivedBytes += chunk.length;
    const read = frames.read(chunk);
    if (read === undefined) return 'protocol';
    if (this.#receivedBytes + frames.bytesLeft > this.#awaitedBytes + SLACK_BYTES) return 'oversized_value';
    return read.ended + Number(read.isPartial) > asked ? 'protocol' : undefined;
  }
}

/** ioredis' decoder, which puts itself in front of all others. */
function firstListener(stream: Readable): (chunk: Buffer) => void {
  const [first = () => {}] = stream.listeners('data');
  return first as (chunk: Buffer) => void;
}
