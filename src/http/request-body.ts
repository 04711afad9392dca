import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { TuohsError } from '../core/errors.ts';
import { BodyPieces, free } from './body-pieces.ts';
import type { HeldBytes } from './limits/held-bytes.ts';
import { InlineBodyRequest, type InlineSink } from './node-http.ts';
import { knownError, tooLarge } from './problem.ts';

/** Up to this many bytes of a body are thrown away before the answer is sent, so that the connection can be used again. */
export const SMALL_REST_BYTES = 65_536;

const REST_MS = 1000;

/** What a body needs from the connections of its server. */
export interface BodySource {
  /** Reports that at least `PIECES` more pieces of a body have arrived on this connection, with their average size. */
  manyPieces(socket: Socket, averageBytes: number): void;
  /** Throws away the rest of a body in the packet that is being read. Call it only if no other body follows on this connection. */
  skipPacket(socket: Socket): void;
  /** Resumes reading from this connection when its turn comes. */
  readOn(socket: Socket): void;
}

/** Pieces are reported once this many were counted. A chunk counts as one, and as one more for each full KiB, by the work it takes. */
export const PIECES = 64;

/** At most this many bytes of a body are read before a route asks for the body. */
const READ_AHEAD_BYTES = 65_536;

/** The size up to which a body is read, and what to call with the body or with an error. */
export interface Reading {
  readonly maxBytes: number;
  use(body: Buffer): void;
  fail(error: unknown): void;
}

/** Set while the rest of the body is thrown away. */
interface Discarding {
  bytesLeft: number;
  finish(isWhole: boolean): void;
}

/** The body of a request, if it has one. Until `read` or `discard` is called, only a little of it is read. */
export class RequestBody implements InlineSink {
  /** Whether a body follows the headers (RFC 9112 §6). */
  readonly exists: boolean;
  /** `Content-Length` in bytes; `NaN` without that header. */
  readonly announced: number;
  readonly #request: IncomingMessage;
  readonly #held: Pick<HeldBytes, 'set' | 'setUnread'>;
  readonly #source: BodySource;
  #bytes = 0;
  /** How many pieces have arrived since the last report. `#reportedBytes` is how many bytes had arrived at that report. */
  #pieces = 0;
  #reportedBytes = 0;
  #kept: BodyPieces | undefined;
  #reading: Reading | undefined;
  #discarding: Discarding | undefined;
  /** Why the rest will never arrive. */
  #error: TuohsError | undefined;
  /** Whether further pieces are thrown away. */
  #isUnwanted = false;
  #isStopped = false;
  #atWhole: (() => void) | undefined;

  constructor(request: IncomingMessage, held: Pick<HeldBytes, 'set' | 'setUnread'>, source: BodySource) {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    this.#request = request;
    this.#held = held;
    this.#source = source;
    this.announced = Number(length);
    this.exists = coding !== undefined || (length !== undefined && length !== '0');
    if (this.exists && request instanceof InlineBodyRequest) request.divert(this);
  }

  /** How many bytes have arrived. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether all of it has arrived. */
  get isWhole(): boolean {
    return !this.exists || this.#request.complete;
  }

  /** Whether more of it can be read now. */
  get wantsMore(): boolean {
    return !this.#isStopped;
  }

  /** Whether the rest will never arrive. */
  get isBroken(): boolean {
    return this.#error !== undefined;
  }

  /** Runs `run` when the body is whole: now, or when its last byte is read. */
  atWhole(run: () => void): void {
    if (this.isWhole) run();
    else this.#atWhole = run;
  }

  /** Reads the whole body. Fails with `TOO_LARGE`, with `OVERLOADED` if there is no room for it, or with the error given to `break`. */
  read(reading: Reading): void {
    if (this.#error) return reading.fail(this.#error);
    this.#reading = reading;
    if (this.#bytes > 0) {
      this.#held.setUnread(0);
      if (!this.#hold()) return;
    }
    this.#goOn();
  }

  /**
   * Throws the body away. Resolves with true when all of it has arrived, and with false if it is larger than
   * `maxBytes`, is broken, or takes longer than a second.
   */
  discard(maxBytes: number, clock: Pick<Clock, 'after'>): Promise<boolean> {
    if (this.announced > maxBytes) return Promise.resolve(false);
    return new Promise((resolve) => {
      const finish = (isWhole: boolean) => {
        cancel();
        this.#discarding = undefined;
        resolve(isWhole);
      };
      const cancel = clock.after(REST_MS, () => finish(false));
      this.#discarding = { bytesLeft: maxBytes, finish };
      this.#isUnwanted = true;
      const kept = this.#takeKept();
      kept?.free();
      if (kept === undefined || this.#dropped(this.#bytes)) this.#goOn();
    });
  }

  /** Call this when the rest will never arrive. Reading the body then fails, now or later. What `atWhole` was given never runs. */
  break(error: TuohsError): void {
    this.#error = error;
    this.#atWhole = undefined;
    this.#discarding?.finish(false);
    this.#refuse(error);
  }

  /** Takes a piece. Returns whether to go on reading. */
  take(chunk: Buffer): boolean {
    const { length } = chunk;
    this.#bytes += length;
    this.#pieces += 1 + Math.floor(length / 1024);
    if (this.#pieces >= PIECES) this.#reportPieces();
    if (this.#isUnwanted) free([chunk]);
    const goesOn = this.#discarding ? this.#dropped(length) : this.#keep(chunk);
    if (!goesOn) this.#isStopped = true;
    return goesOn;
  }

  arrived(): void {
    this.#atWhole?.();
    this.#finish();
  }

  #reportPieces(): void {
    const averageBytes = (this.#bytes - this.#reportedBytes) / this.#pieces;
    this.#reportedBytes = this.#bytes;
    this.#pieces = 0;
    this.#source.manyPieces(this.#request.socket, averageBytes);
  }

  #keep(chunk: Buffer): boolean {
    if (!this.#hold()) {
      free([chunk]);
      return this.#discarding !== undefined;
    }
    if (this.#kept) this.#kept.add(chunk);
    else this.#kept = new BodyPieces(chunk);
    return this.#reading !== undefined || this.#bytes < READ_AHEAD_BYTES;
  }

  /** Adds what has arrived to the byte budget. Returns whether it can be kept. */
  #hold(): boolean {
    if (this.#isUnwanted) return false;
    try {
      // Making room can also cut off this body, which sets `#isUnwanted`.
      if (this.#reading) this.#holdFor(this.#reading);
      else this.#held.setUnread(this.#bytes);
    } catch (error) {
      if (this.#reading) this.#refuse(knownError(error));
      else this.break(knownError(error));
    }
    return !this.#isUnwanted;
  }

  #holdFor({ maxBytes }: Reading): void {
    if (this.#bytes > maxBytes) throw tooLarge('body', maxBytes);
    this.#held.set(this.#bytes, 'body');
  }

  #refuse(error: TuohsError): void {
    this.#isUnwanted = true;
    this.#takeKept()?.free();
    const reading = this.#reading;
    this.#reading = undefined;
    // This must be last, because the answer can discard the rest of the body at once.
    reading?.fail(error);
  }

  /** Counts bytes that were thrown away. Returns whether more will be thrown away. */
  #dropped(bytes: number): boolean {
    const discarding = this.#discarding;
    if (discarding) discarding.bytesLeft -= bytes;
    // If there is no limit, the connection closes after this body, so the rest of the packet can be skipped. If it were
    // parsed, a fast client that sends short chunks would leave megabytes of garbage between two garbage collections.
    if (discarding?.bytesLeft === Number.POSITIVE_INFINITY) this.#source.skipPacket(this.#request.socket);
    if (discarding && discarding.bytesLeft < 0) discarding.finish(false);
    return this.#discarding !== undefined;
  }

  /** Resumes reading if it had stopped, or finishes if all has arrived. */
  #goOn(): void {
    if (this.isWhole) this.#finish();
    else if (this.#isStopped) {
      this.#isStopped = false;
      this.#source.readOn(this.#request.socket);
    }
  }

  #finish(): void {
    this.#discarding?.finish(true);
    const reading = this.#reading;
    if (reading === undefined) return;
    this.#reading = undefined;
    reading.use(this.#takeKept()?.joined() ?? Buffer.alloc(0));
  }

  #takeKept(): BodyPieces | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    this.#held.setUnread(0);
    return kept;
  }
}
