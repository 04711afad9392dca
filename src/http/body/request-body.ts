import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { TuohsError } from '../../core/errors.ts';
import { InlineBodyRequest } from '../node-http.ts';

/** Takes a body as it arrives. */
export interface BodySink {
  /** Returns whether it wants more. */
  take(chunk: Buffer): boolean;
  arrived(): void;
  /** The rest will never arrive. */
  broken(error: TuohsError): void;
}

/** How much of a body is read and thrown away, and for how long. */
export interface Rest {
  readonly maxBytes: number;
  readonly maxMs: number;
}

/** The rest is read before the answer is sent, so that the connection can be used again. */
export const SMALL_REST: Rest = { maxBytes: 65_536, maxMs: 1000 };

/** The rest is read after the answer is sent, because a client that is still sending would not read it otherwise. */
export const FRIENDLY_REST: Rest = { maxBytes: 4_194_304, maxMs: 1000 };

/** Lets other connections be read first. */
export type GiveWay = (socket: Socket) => void;

/** After this many pieces, other connections are read first, because a chunk of one byte costs as much as a long one. */
const PIECES = 256;

/** The body of a request, if it has one. Nothing of it is read until a sink takes it. */
export class RequestBody {
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

  /** Whether all of it has arrived. */
  get isWhole(): boolean {
    return !this.exists || this.#request.complete || this.#request.readableEnded;
  }

  /** Runs `run` when it is whole: now, or when a sink has read the last byte. */
  atWhole(run: () => void): void {
    if (this.isWhole) run();
    else this.#atWhole = run;
  }

  /** Sends what arrives from now on to this sink. Without a sink, nothing more is read from the network. */
  giveTo(sink: BodySink | undefined): void {
    this.#sink = sink;
    if (sink === undefined) return;
    if (this.#error) return sink.broken(this.#error);
    const request = this.#request;
    if (request instanceof InlineBodyRequest && request.divert(this)) return;
    if (!this.#isStream) request.on('data', (chunk) => this.take(chunk)).on('end', () => this.arrived());
    this.#isStream = true;
    request.resume();
  }

  /** The rest will never arrive. Tells the sink and every later one. From here on the body never counts as whole. */
  break(error: TuohsError): void {
    this.#error = error;
    this.#atWhole = undefined;
    this.#sink?.broken(error);
  }

  /** Throws the rest away. Resolves with whether it arrived; with `false` as soon as it is larger, slower or broken. */
  discard({ maxBytes, maxMs }: Rest, clock: Pick<Clock, 'after'>): Promise<boolean> {
    if (this.isWhole) return Promise.resolve(true);
    if (this.announced > maxBytes) return Promise.resolve(false);
    return new Promise((resolve) => {
      let bytesLeft = maxBytes;
      const cancel = clock.after(maxMs, () => finish(false));
      const finish = (isWhole: boolean) => {
        cancel();
        this.giveTo(undefined);
        resolve(isWhole);
      };
      this.giveTo({
        take(chunk) {
          bytesLeft -= chunk.length;
          if (bytesLeft < 0) finish(false);
          return bytesLeft >= 0;
        },
        arrived: () => finish(true),
        broken: () => finish(false),
      });
    });
  }

  take(chunk: Buffer): boolean {
    if (++this.#pieces % PIECES === 0) this.#giveWay(this.#request.socket);
    const wantsMore = this.#sink?.take(chunk) ?? false;
    if (!wantsMore && this.#sink === undefined) this.#request.pause();
    return wantsMore;
  }

  arrived(): void {
    this.#atWhole?.();
    this.#sink?.arrived();
  }
}
