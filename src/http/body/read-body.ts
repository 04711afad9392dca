import type { TuohsError } from '../../core/errors.ts';
import type { BrokenBody, Exchange } from '../exchange.ts';
import { tooLarge } from '../problem.ts';
import { hasBody } from './discard-body.ts';
import { type BodySink, InlineBodyRequest } from './inline-body.ts';

/** More parts than this are joined: a body that arrives byte by byte would cost a hundred times its size. */
const MOST_PARTS = 256;

const EMPTY = Buffer.alloc(0);
const NO_PARTS: Buffer[] = [];

/** Below this, freeing by hand costs more than it saves. */
const LEAST_TO_FREE = 16_384;

/**
 * Reads the whole body of a request and gives it to `use`; what `use` throws or rejects with becomes the answer. The exchange
 * fails with `TOO_LARGE` (before anything is read, if its length is announced), with `BAD_INPUT` if the body ends early, or
 * with the error given to `Exchange.breakBody`. Only a body that will be read gets `100 Continue`.
 */
export function readBody(exchange: Exchange, maxBytes: number, use: UseBody): void | Promise<void> {
  const { request, response } = exchange;
  if (!hasBody(request)) return use(EMPTY);
  if (Number(request.headers['content-length']) > maxBytes) throw tooLarge('body', maxBytes);
  if (request.headers.expect !== undefined && request.httpVersionMinor === 1) response.writeContinue();
  new BodyReader(exchange, maxBytes, use).begin();
}

export type UseBody = (body: Buffer) => void | Promise<void>;

/** The body of one exchange, as far as it has arrived. */
class BodyReader implements BodySink, BrokenBody {
  readonly #exchange: Exchange;
  readonly #maxBytes: number;
  readonly #use: UseBody;
  #parts: Buffer[] = NO_PARTS;
  #size = 0;
  #isDone = false;

  constructor(exchange: Exchange, maxBytes: number, use: UseBody) {
    this.#exchange = exchange;
    this.#maxBytes = maxBytes;
    this.#use = use;
  }

  begin(): void {
    const { request } = this.#exchange;
    this.#exchange.onBrokenBody(this);
    if (request instanceof InlineBodyRequest && request.divert(this)) return;
    request.on('data', (chunk) => this.take(chunk)).on('end', () => this.arrived());
  }

  take(chunk: Buffer): void {
    if (this.#isDone) return;
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) return this.broken(tooLarge('body', this.#maxBytes));
    try {
      this.#exchange.hold(this.#size, 'body');
    } catch (error) {
      return this.broken(error as TuohsError);
    }
    if (this.#parts === NO_PARTS) this.#parts = [chunk];
    else if (this.#parts.push(chunk) > MOST_PARTS) this.#parts = [this.#joined()];
  }

  arrived(): void {
    if (this.#isDone) return;
    this.#stop();
    this.#exchange.arrived();
    const [first = EMPTY] = this.#parts;
    const body = this.#parts.length <= 1 ? first : this.#joined();
    this.#exchange.run(() => this.#use(body));
  }

  broken(error: TuohsError): void {
    if (this.#isDone) return;
    this.#stop();
    free(this.#parts);
    this.#exchange.fail(error);
  }

  #stop(): void {
    this.#isDone = true;
    this.#exchange.onBrokenBody(undefined);
    if (this.#exchange.request instanceof InlineBodyRequest) this.#exchange.request.undivert();
  }

  #joined(): Buffer {
    const joined = Buffer.concat(this.#parts, this.#size);
    free(this.#parts);
    return joined;
  }
}

/**
 * Gives the memory of these bytes back at once, and leaves them empty. V8 collects it only while much is allocated, and after
 * an attack little is.
 */
export function free(buffers: readonly Buffer[]): void {
  for (const { buffer, byteLength } of buffers) {
    if (byteLength >= LEAST_TO_FREE && buffer.byteLength === byteLength) (buffer as ArrayBuffer).transfer(0);
  }
}
