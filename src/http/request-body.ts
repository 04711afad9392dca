import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { TuohsError } from '../core/errors.ts';
import type { Outcome } from './answer.ts';
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

/** Up to this many bytes are thrown away after the answer is sent, because a client that is still sending does not read it yet. */
export const FRIENDLY_REST_BYTES = 4_194_304;

const REST_MS = 1000;

/** Lets other connections be read first. */
export type GiveWay = (socket: Socket) => void;

/** After this many pieces, other connections are read first, because a chunk of one byte costs as much as a long one. */
const PIECES = 256;

/** More parts than this are joined: a body that arrives byte by byte would take a hundred times its size. */
const MOST_PARTS = 256;

const NO_PARTS: Buffer[] = [];

/** After this many bytes, Node stops reading a body that nothing asks for. */
const READ_AHEAD_BYTES = 65_536;

/** Freeing a smaller buffer by hand costs more than it saves. */
const LEAST_TO_FREE = 16_384;

/** The body of a request, if it has one. Nothing of it is read until `read` or `discard` is called. */
export class RequestBody implements InlineSink {
  /** Whether a body follows the headers (RFC 9112 §6). */
  readonly exists: boolean;
  /** `Content-Length` in bytes; `NaN` without that header. */
  readonly announced: number;
  readonly #request: IncomingMessage;
  readonly #giveWay: GiveWay;
  #pieces = 0;
  #sink: BodySink | undefined;
  #error: TuohsError | undefined;
  #isStream = false;
  #atWhole: (() => void) | undefined;

  constructor(request: IncomingMessage, giveWay: GiveWay) {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    this.#request = request;
    this.#giveWay = giveWay;
    this.announced = Number(length);
    this.exists = coding !== undefined || (length !== undefined && length !== '0');
  }

  /** How many bytes of it Node reads at most before anything asks for it. */
  get mostUnreadBytes(): number {
    return Math.min(this.announced || READ_AHEAD_BYTES, READ_AHEAD_BYTES);
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
   * Reads all of it and gives it to `use`. The owner fails with `TOO_LARGE`, with `OVERLOADED` if there is no room for it, or with the error given
   * to `break`.
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
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.broken(error);
  }

  take(chunk: Buffer): boolean {
    if (++this.#pieces % PIECES === 0) this.#giveWay(this.#request.socket);
    const sink = this.#sink;
    // A sink that refuses can start to discard the rest at once.
    this.#sink = undefined;
    const wantsMore = sink?.take(chunk) ?? false;
    if (!wantsMore) free([chunk]);
    if (wantsMore && this.#error) sink?.broken(this.#error);
    else if (wantsMore) this.#sink = sink;
    else if (this.#sink === undefined) this.#request.pause();
    return wantsMore || this.#sink !== undefined;
  }

  arrived(): void {
    this.#atWhole?.();
    this.#sink?.arrived();
  }

  /** Sends what arrives from now on to this sink, until it is broken or wants no more. */
  #giveTo(sink: BodySink): void {
    if (this.#error) return sink.broken(this.#error);
    this.#sink = sink;
    const request = this.#request;
    if (request instanceof InlineBodyRequest && request.divert(this)) return;
    if (!this.#isStream) request.on('data', (chunk) => this.take(chunk)).on('end', () => this.arrived());
    this.#isStream = true;
    request.resume();
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
  #parts: Buffer[] = NO_PARTS;
  #size = 0;

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
    // A literal has room for one, which is enough for most; `push` would reserve room for seventeen.
    if (this.#parts === NO_PARTS) this.#parts = [chunk];
    else if (this.#parts.push(chunk) > MOST_PARTS) this.#parts = [this.#joined()];
    return true;
  }

  arrived(): void {
    const [first] = this.#parts;
    const body = first && this.#parts.length === 1 ? first : this.#joined();
    this.#owner.run(() => this.#use(body));
  }

  broken(error: TuohsError): void {
    free(this.#parts);
    this.#owner.fail(error);
  }

  #joined(): Buffer {
    const joined = Buffer.concat(this.#parts, this.#size);
    free(this.#parts);
    return joined;
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
