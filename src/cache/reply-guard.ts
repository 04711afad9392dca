import type { Readable } from 'node:stream';
import { afterReading, type Clock } from '../core/clock.ts';

/** How many bytes can arrive beyond the awaited replies: handshakes, errors, and the start of the next chunk. */
const SLACK_BYTES = 131_072;

const SILENT_SOCKET_MS = 2000;

/**
 * `protocol`: a reply that no command asked for, or bytes that are not a reply. `oversized_value`: far more than was asked for.
 * `no_answer`: no reply for two seconds while replies are awaited.
 */
export type ReplyFault = 'protocol' | 'oversized_value' | 'no_answer';

/** The parts of an ioredis client that the guard uses: its connection, and the commands that wait for a reply. */
export interface GuardedClient {
  readonly stream: Readable;
  readonly commandQueue: { readonly length: number };
}

/**
 * Checks what Redis sends before ioredis sees it. ioredis takes any reply as the answer to the next command. If no command
 * waits, a null reply crashes the process (6.0.0: `DataHandler.shiftCommand` throws, and nothing can catch the error). So
 * a chunk with a fault is not passed to ioredis. A reply that is far too long means that another program has stored a huge
 * value under one of our keys. It is refused before it fills the memory. The time without a reply is measured here, because
 * ioredis (`socketTimeout`) uses the system's clock, which the simulation does not control. `onFault` must end the connection.
 */
export function replyGuard(clock: Clock, onFault: (fault: ReplyFault) => void) {
  let awaited = 0;
  let awaitedBytes = 0;
  let receivedBytes = 0;
  let repliedAt = 0;
  let stopTimer = () => {};

  return {
    /** Guards a new connection. */
    watch(client: GuardedClient): void {
      receivedBytes = 0;
      const { stream } = client;
      const frames = new ReplyFrames();
      // The decoder of ioredis is always the first listener of its stream.
      const [decode = () => {}] = stream.listeners('data') as ((chunk: Buffer) => void)[];
      stream.off('data', decode);
      stream.on('data', (chunk: Buffer) => {
        const fault = faultOf(chunk, frames, client.commandQueue.length);
        if (fault === undefined) decode(chunk);
        else onFault(fault);
      });
    },
    /** Awaits a reply of at most this many bytes, until the returned function is called for the first time. */
    expect(bytes: number): () => void {
      awaitedBytes += bytes;
      if (awaited++ === 0) startTimer(SILENT_SOCKET_MS);
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        awaitedBytes -= bytes;
        receivedBytes = 0;
        repliedAt = clock.now();
        if (--awaited === 0) stopTimer();
      };
    },
  };

  function faultOf(chunk: Buffer, frames: ReplyFrames, asked: number): ReplyFault | undefined {
    receivedBytes += chunk.length;
    const replies = frames.read(chunk);
    if (replies === undefined) return 'protocol';
    if (receivedBytes + frames.bytesLeft > awaitedBytes + SLACK_BYTES) return 'oversized_value';
    return replies > asked ? 'protocol' : undefined;
  }

  /** One timer for all awaited replies. */
  function startTimer(ms: number): void {
    stopTimer = afterReading(clock, ms, () => {
      const leftMs = repliedAt + SILENT_SOCKET_MS - clock.now();
      if (leftMs > 0) startTimer(leftMs);
      else onFault('no_answer');
    });
  }
}

const LINE_FEED = 10;
const LINE_END_BYTES = 2;

/** Longer than any status or error line of Redis. */
const MAX_LINE = 4096;

/**
 * The longest array that is accepted. None of our commands asks for more values, and an array of this length takes little memory
 * before its values arrive.
 */
const MAX_ELEMENTS = 1024;

/**
 * Parses the replies of one connection in RESP2 (version 2 of Redis' protocol) without keeping them. Accepts status and
 * error lines, whole numbers, strings, and one level of arrays. Our commands have no other replies.
 */
export class ReplyFrames {
  #line = '';
  #bytesLeft = 0;
  #elementsLeft = 0;
  #replies = 0;

  /**
   * Reads the next chunk. Returns how many replies it completes, plus one if another reply has begun; `undefined` if a byte
   * cannot belong to a reply.
   */
  read(chunk: Buffer): number | undefined {
    this.#replies = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#bytesLeft > 0) {
        at += this.#readString(chunk.length - at);
        continue;
      }
      const end = chunk.indexOf(LINE_FEED, at);
      this.#line += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
      if (this.#line.length > MAX_LINE) return undefined;
      if (end < 0) break;
      if (!this.#take(this.#line)) return undefined;
      this.#line = '';
      at = end + 1;
    }
    const isPartial = this.#line !== '' || this.#bytesLeft > 0 || this.#elementsLeft > 0;
    return this.#replies + Number(isPartial);
  }

  /** How many bytes of the current string have not arrived yet. */
  get bytesLeft(): number {
    return this.#bytesLeft;
  }

  #readString(available: number): number {
    const bytes = Math.min(this.#bytesLeft, available);
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft === 0) this.#end();
    return bytes;
  }

  #take(line: string): boolean {
    if (!line.endsWith('\r')) return false;
    const text = line.slice(1, -1);
    switch (line[0]) {
      case '+':
      case '-':
        return this.#end();
      case ':':
        return /^[+-]?\d+$/.test(text) && this.#end();
      case '$':
        return isLength(text) && this.#beginString(Number(text));
      case '*':
        return this.#elementsLeft === 0 && isLength(text) && this.#beginArray(Number(text));
      default:
        return false;
    }
  }

  #beginString(length: number): true {
    if (length < 0) return this.#end();
    this.#bytesLeft = length + LINE_END_BYTES;
    return true;
  }

  #beginArray(length: number): boolean {
    if (length > MAX_ELEMENTS) return false;
    if (length <= 0) return this.#end();
    this.#elementsLeft = length;
    return true;
  }

  #end(): true {
    if (this.#elementsLeft > 0) this.#elementsLeft--;
    if (this.#elementsLeft === 0) this.#replies++;
    return true;
  }
}

/** −1 is the length of a null. */
function isLength(text: string): boolean {
  return /^(-1|\d{1,10})$/.test(text);
}
