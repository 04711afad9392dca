import type { TuohsError } from '../../core/errors.ts';
import type { Exchange } from '../exchange.ts';
import { knownError, tooLarge } from '../problem.ts';
import type { BodySink } from './request-body.ts';

/** More parts than this are joined: a body that arrives byte by byte would take a hundred times its size. */
const MOST_PARTS = 256;

const EMPTY = Buffer.alloc(0);
const NO_PARTS: Buffer[] = [];

/** Freeing a smaller buffer by hand costs more than it saves. */
const LEAST_TO_FREE = 16_384;

/**
 * Reads the whole body of a request and gives it to `use`; what `use` throws or rejects with becomes the answer. The exchange
 * fails with `TOO_LARGE` (before anything is read, if its length is announced), with `BAD_INPUT` if the body ends early, or
 * with the error given to `Exchange.breakBody`. Only a body that will be read gets `100 Continue`.
 */
export function readBody(exchange: Exchange, maxBytes: number, use: UseBody): void | Promise<void> {
  const { body, request, response } = exchange;
  if (!body.exists) return use(EMPTY);
  if (body.announced > maxBytes) throw tooLarge('body', maxBytes);
  if (request.headers.expect !== undefined && request.httpVersionMinor === 1) response.writeContinue();
  body.giveTo(new BodyReader(exchange, maxBytes, use));
}

export type UseBody = (body: Buffer) => void | Promise<void>;

/** What has arrived of the body of an exchange. */
class BodyReader implements BodySink {
  readonly #exchange: Exchange;
  readonly #maxBytes: number;
  readonly #use: UseBody;
  #parts: Buffer[] = NO_PARTS;
  #size = 0;

  constructor(exchange: Exchange, maxBytes: number, use: UseBody) {
    this.#exchange = exchange;
    this.#maxBytes = maxBytes;
    this.#use = use;
  }

  take(chunk: Buffer): boolean {
    this.#size += chunk.length;
    try {
      if (this.#size > this.#maxBytes) throw tooLarge('body', this.#maxBytes);
      this.#exchange.hold(this.#size, 'body');
    } catch (error) {
      this.broken(knownError(error));
      return false;
    }
    if (this.#parts === NO_PARTS) this.#parts = [chunk];
    else if (this.#parts.push(chunk) > MOST_PARTS) this.#parts = [this.#joined()];
    return true;
  }

  arrived(): void {
    const [first = EMPTY] = this.#parts;
    const body = this.#parts.length <= 1 ? first : this.#joined();
    this.#exchange.run(() => this.#use(body));
  }

  broken(error: TuohsError): void {
    this.#exchange.body.giveTo(undefined);
    free(this.#parts);
    this.#exchange.fail(error);
  }

  #joined(): Buffer {
    const joined = Buffer.concat(this.#parts, this.#size);
    free(this.#parts);
    return joined;
  }
}

/**
 * Frees the memory of these buffers at once, and leaves them empty. V8 would free it only while much is allocated, which is not
 * so after an attack.
 */
export function free(buffers: readonly Buffer[]): void {
  for (const { buffer, byteLength } of buffers) {
    if (byteLength >= LEAST_TO_FREE && buffer.byteLength === byteLength) (buffer as ArrayBuffer).transfer(0);
  }
}
