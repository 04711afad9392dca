import type { Readable } from 'node:stream';

/** The most bytes beyond the awaited replies: handshakes, errors, and the start of the next chunk. */
const SLACK_BYTES = 131_072;

/** `protocol`: a reply without a command, or bytes that are no reply. `oversized_value`: far more than was asked for. */
export type ReplyFault = 'protocol' | 'oversized_value';

/** What is used of an ioredis client: its connection, and the commands that wait for a reply. */
export interface GuardedClient {
  readonly stream: Readable;
  readonly commandQueue: { readonly length: number };
}

/**
 * Checks what Redis sends before ioredis sees it. ioredis takes any reply for that of the next command, and an unasked
 * null ends the process (6.0.0: `DataHandler.shiftCommand` throws in a tick of its own). Nothing of a chunk with a fault
 * reaches it. A reply that is longer than the awaited ones means that one of our keys has a huge foreign value; it is
 * refused before it is in memory.
 */
export class ReplyGuard {
  #awaitedBytes = 0;
  #receivedBytes = 0;

  /** Guards a new connection. `onFault` is called at the first fault and must end the connection. */
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

/** The decoder of ioredis, which is always its stream's first listener. */
function firstListener(stream: Readable): (chunk: Buffer) => void {
  const [first = () => {}] = stream.listeners('data');
  return first as (chunk: Buffer) => void;
}

/** The replies that a chunk of bytes brought. */
export interface ReadFrames {
  /** How many replies are complete with this chunk. */
  readonly ended: number;
  /** Whether another reply has begun. */
  readonly isPartial: boolean;
}

const LINE_FEED = 10;

/** Longer than any status or error line of Redis. */
const MAX_LINE = 4096;

/** The most values of an array: more than a command ever asks for, and too few to cost memory before they arrive. */
const MAX_ELEMENTS = 1024;

/**
 * Follows the replies of one connection in RESP2, the second version of Redis' protocol, without keeping them: status
 * and error lines, whole numbers, strings, and one level of arrays. Our commands have no other replies.
 */
export class ReplyFrames {
  #line = '';
  #elementsLeft = 0;
  #bytesLeft = 0;
  #isStringEnd = false;
  #ended = 0;

  /** Reads on. Returns `undefined` at the first byte that cannot belong to such a reply. */
  read(chunk: Buffer): ReadFrames | undefined {
    this.#ended = 0;
    for (let at = 0; at < chunk.length; ) {
      const skipped = Math.min(this.#bytesLeft, chunk.length - at);
      this.#bytesLeft -= skipped;
      at += skipped;
      const end = chunk.indexOf(LINE_FEED, at);
      this.#line += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
      if (this.#line.length > MAX_LINE) return undefined;
      if (end < 0) break;
      if (!this.#take(this.#line)) return undefined;
      this.#line = '';
      at = end + 1;
    }
    return {
      ended: this.#ended,
      isPartial: this.#line !== '' || this.#isStringEnd || this.#elementsLeft > 0,
    };
  }

  /** How many bytes of the current string have not arrived yet. */
  get bytesLeft(): number {
    return this.#bytesLeft;
  }

  #take(line: string): boolean {
    if (!line.endsWith('\r')) return false;
    const text = line.slice(1, -1);
    if (this.#isStringEnd) return line === '\r' && this.#end();
    switch (line[0]) {
      case '+':
      case '-':
        return this.#end();
      case ':':
        return /^[+-]?\d+$/.test(text) && this.#end();
      case '$':
        return this.#beginString(lengthOf(text));
      case '*':
        return this.#elementsLeft === 0 && this.#beginArray(lengthOf(text));
      default:
        return false;
    }
  }

  #beginString(length: number | undefined): boolean {
    if (length === undefined) return false;
    if (length < 0) return this.#end();
    this.#bytesLeft = length;
    this.#isStringEnd = true;
    return true;
  }

  #beginArray(length: number | undefined): boolean {
    if (length === undefined || length > MAX_ELEMENTS) return false;
    if (length <= 0) return this.#end();
    this.#elementsLeft = length;
    return true;
  }

  #end(): true {
    this.#isStringEnd = false;
    if (this.#elementsLeft > 0) this.#elementsLeft--;
    if (this.#elementsLeft === 0) this.#ended++;
    return true;
  }
}

/** −1 is a null. */
function lengthOf(text: string): number | undefined {
  return /^(-1|\d{1,10})$/.test(text) ? Number(text) : undefined;
}
