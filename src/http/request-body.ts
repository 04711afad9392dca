import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { TuohsError } from '../core/errors.ts';
import type { Outcome } from './answer.ts';
import { BodyPieces } from './body-pieces.ts';
import type { HeldBytes } from './limits/admission.ts';
import { InlineBodyRequest, type InlineSink } from './node-http.ts';
import { knownError, tooLarge } from './problem.ts';

/** Takes a body as it arrives. */
interface BodySink extends InlineSink {
  /** The rest will never arrive. */
  broken(error: TuohsError): void;
}

/** What a body is read for: an exchange. */
export interface BodyOwner {
  /** Counts the bytes that have arrived. */
  readonly held: Pick<HeldBytes, 'set'>;
  /** Runs what follows when the body has arrived. */
  run(step: () => Outcome): void;
  /** The body could not be read. */
  fail(error: unknown): void;
}

export type UseBody = (body: Buffer) => Outcome;

/** Up to this many bytes of a body are thrown away before the answer is sent. After that, the connection can be used again. */
export const SMALL_REST_BYTES = 65_536;

const REST_MS = 1000;

/** A body of this connection has come in `PIECES` more pieces. `areShort`: no honest client sends it like that. */
export type ManyPieces = (socket: Socket, areShort: boolean) => void;

/** A chunk of one byte costs as much as a long one, so pieces are counted too. */
export const PIECES = 64;

/** Bytes of a piece, on average. A packet has more, and so has a chunk of any library. */
const SHORT_ON_AVERAGE = 64;

/** After so many bytes, no more is read of a body that nothing asks for. */
const READ_AHEAD_BYTES = 65_536;

/** Freeing a smaller buffer by hand costs more than it saves. */
const LEAST_TO_FREE = 16_384;

/** The body of a request, if it has one. Until `read` or `discard` is called, no more than a little of it is read. */
export class RequestBody implements InlineSink {
  /** Whether a body follows the headers (RFC 9112 §6). */
  readonly exists: boolean;
  /** `Content-Length` in bytes; `NaN` without that header. */
  readonly announced: number;
  readonly #request: IncomingMessage;
  readonly #held: Pick<HeldBytes, 'setUnread'>;
  readonly #manyPieces: ManyPieces;
  #pieces = 0;
  #bytes = 0;
  /** What has arrived before anything asked for it. */
  #unread: BodyPieces | undefined;
  #sink: BodySink | undefined;
  #error: TuohsError | undefined;
  #isAskedFor = false;
  #hasArrived = false;
  #isStopped = false;
  #atWhole: (() => void) | undefined;

  constructor(request: IncomingMessage, held: Pick<HeldBytes, 'setUnread'>, manyPieces: ManyPieces) {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    this.#request = request;
    this.#held = held;
    this.#manyPieces = manyPieces;
    this.announced = Number(length);
    this.exists = coding !== undefined || (length !== undefined && length !== '0');
    if (this.exists && request instanceof InlineBodyRequest) request.divert(this);
  }

  /** Whether all of it has arrived. */
  get isWhole(): boolean {
    return !this.exists || this.#request.complete || this.#request.readableEnded;
  }

  /** Runs `run` when it is whole: now, or when its last byte was read. */
  atWhole(run: () => void): void {
    if (this.isWhole) run();
    else this.#atWhole = run;
  }

  /**
   * Reads all of it and gives it to `use`. The owner fails with `TOO_LARGE`, with `OVERLOADED` if there is no room for it, or with
   * the error given to `break`.
   */
  read(maxBytes: number, owner: BodyOwner, use: UseBody): void {
    this.#giveTo(new BodyReader(maxBytes, owner, use));
  }

  /** Throws the rest away. Resolves with whether it arrived; with `false` once it is larger, broken, or late by a second. */
  discard(maxBytes: number, clock: Pick<Clock, 'after'>): Promise<boolean> {
    if (this.isWhole) return Promise.resolve(true);
    if (this.announced > maxBytes) return Promise.resolve(false);
    return new Promise((resolve) => {
      let bytesLeft = maxBytes;
      const cancel = clock.after(REST_MS, () => finish(false));
      const finish = (isWhole: boolean) => {
        cancel();
        this.#sink = undefined;
        resolve(isWhole);
      };
      this.#giveTo({
        take(chunk) {
          bytesLeft -= chunk.length;
          free([chunk]);
          if (bytesLeft < 0) finish(false);
          return bytesLeft >= 0;
        },
        arrived: () => finish(true),
        broken: () => finish(false),
      });
    });
  }

  /** The rest will never arrive. A reader of it fails, now or later. From here on the body never counts as whole. */
  break(error: TuohsError): void {
    this.#error = error;
    this.#atWhole = undefined;
    free(this.#takeUnread());
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.broken(error);
  }

  take(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (++this.#pieces % PIECES === 0)
      this.#manyPieces(this.#request.socket, this.#bytes < this.#pieces * SHORT_ON_AVERAGE);
    const goesOn = this.#isAskedFor || this.#error ? this.#pass(chunk) : this.#keep(chunk);
    if (!goesOn) this.#isStopped = true;
    return goesOn;
  }

  arrived(): void {
    this.#hasArrived = true;
    this.#atWhole?.();
    this.#sink?.arrived();
  }

  /** Keeps a piece that nothing has asked for yet. Returns whether more can come. */
  #keep(chunk: Buffer): boolean {
    const unread = this.#unread ?? new BodyPieces();
    this.#unread = unread;
    unread.add(chunk);
    try {
      // To make room, this body can be broken too.
      this.#held.setUnread(unread.bytes);
    } catch (error) {
      this.break(knownError(error));
    }
    return this.#error === undefined && unread.bytes < READ_AHEAD_BYTES;
  }

  /** Gives a piece to the sink. Returns whether more is wanted. */
  #pass(chunk: Buffer): boolean {
    const sink = this.#sink;
    // A sink that refuses can start to discard the rest at once.
    this.#sink = undefined;
    const wantsMore = sink?.take(chunk) ?? false;
    if (!wantsMore) free([chunk]);
    if (wantsMore && this.#error) sink?.broken(this.#error);
    else if (wantsMore) this.#sink = sink;
    return this.#sink !== undefined;
  }

  #takeUnread(): readonly Buffer[] {
    const unread = this.#unread;
    if (unread === undefined) return [];
    this.#unread = undefined;
    this.#held.setUnread(0);
    return unread.parts;
  }

  /** Sends what has arrived and what will arrive to this sink, until it is broken or wants no more. */
  #giveTo(sink: BodySink): void {
    if (this.#error) return sink.broken(this.#error);
    this.#sink = sink;
    const isInline = this.#request instanceof InlineBodyRequest;
    if (!this.#isAskedFor && !isInline) this.#readStream();
    this.#isAskedFor = true;
    for (const part of this.#takeUnread()) this.#pass(part);
    if (this.#hasArrived) this.#sink?.arrived();
    else if (this.#isStopped && this.#sink) (isInline ? this.#request.socket : this.#request).resume();
  }

  /** The body of a request that a test injects. */
  #readStream(): void {
    const request = this.#request;
    request
      .on('data', (chunk) => {
        if (!this.take(chunk)) request.pause();
      })
      .on('end', () => this.arrived());
  }
}

/**
 * Collects a body for its owner. A class: with closures instead, requests that waited for Redis lived until a full garbage
 * collection, and a third fewer were answered (`make bench`, row `redis`).
 */
class BodyReader implements BodySink {
  readonly #maxBytes: number;
  readonly #owner: BodyOwner;
  readonly #use: UseBody;
  #size = 0;
  #first: Buffer | undefined;
  /** What follows the first piece. Most bodies have one. */
  #more: BodyPieces | undefined;

  constructor(maxBytes: number, owner: BodyOwner, use: UseBody) {
    this.#maxBytes = maxBytes;
    this.#owner = owner;
    this.#use = use;
  }

  take(chunk: Buffer): boolean {
    this.#size += chunk.length;
    try {
      if (this.#size > this.#maxBytes) throw tooLarge('body', this.#maxBytes);
      this.#owner.held.set(this.#size, 'body');
    } catch (error) {
      this.broken(knownError(error));
      return false;
    }
    if (this.#first === undefined) this.#first = chunk;
    else {
      this.#more ??= new BodyPieces();
      this.#more.add(chunk);
    }
    return true;
  }

  arrived(): void {
    const body = this.#more ? this.#joined() : (this.#first ?? Buffer.alloc(0));
    this.#owner.run(() => this.#use(body));
  }

  broken(error: TuohsError): void {
    free(this.#parts());
    this.#owner.fail(error);
  }

  #joined(): Buffer {
    const parts = this.#parts();
    const body = Buffer.concat(parts, this.#size);
    free(parts);
    return body;
  }

  #parts(): Buffer[] {
    return [...(this.#first ? [this.#first] : []), ...(this.#more?.parts ?? [])];
  }
}

/**
 * Frees the memory of these buffers at once, and leaves them empty. V8 frees it only while much is allocated, which is no
 * longer true after an attack.
 */
export function free(buffers: readonly Buffer[]): void {
  for (const { buffer, byteLength } of buffers) {
    if (byteLength >= LEAST_TO_FREE && buffer.byteLength === byteLength) (buffer as ArrayBuffer).transfer(0);
  }
}
