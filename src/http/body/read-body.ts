import { TuohsError } from '../../core/errors.ts';
import type { Exchange } from '../exchange.ts';
import { badInput, tooLarge } from '../problem.ts';
import { hasBody } from './discard-body.ts';
import { InlineBodyRequest } from './inline-body.ts';

/** More parts than this are joined: a body that arrives byte by byte would cost a hundred times its size. */
const MOST_PARTS = 256;

const EMPTY = Buffer.alloc(0);

/** Below this, freeing by hand costs more than it saves. */
const LEAST_TO_FREE = 16_384;

/**
 * The whole body of a request. Rejects with `TOO_LARGE` (before anything is read, if its length is announced), with
 * `BAD_INPUT` if it ends early, or with the error given to `Exchange.breakBody`. Only a body that will be read gets
 * `100 Continue`.
 */
export function readBody(exchange: Exchange, maxBytes: number): Promise<Buffer> {
  const { request, response } = exchange;
  if (!hasBody(request)) return Promise.resolve(EMPTY);
  if (Number(request.headers['content-length']) > maxBytes) throw tooLarge('body', maxBytes);
  if (request.headers.expect !== undefined && request.httpVersionMinor === 1) response.writeContinue();
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  let parts: Buffer[] = [];
  let size = 0;
  const inline =
    request instanceof InlineBodyRequest && request.divert({ take, arrived }) ? request : undefined;
  if (inline === undefined) request.on('data', take).on('end', arrived);
  exchange.onBrokenBody(fail);
  return promise;

  function take(chunk: Buffer): void {
    size += chunk.length;
    if (size > maxBytes) return fail(tooLarge('body', maxBytes));
    try {
      exchange.hold(size, 'body');
    } catch (error) {
      return fail(error as TuohsError);
    }
    if (parts.push(chunk) <= MOST_PARTS) return;
    const joined = Buffer.concat(parts, size);
    free(parts);
    parts = [joined];
  }

  function arrived(): void {
    stop();
    exchange.arrived();
    const [first = EMPTY] = parts;
    if (parts.length <= 1) return resolve(first);
    resolve(Buffer.concat(parts, size));
    free(parts);
  }

  function fail(error?: Error): void {
    stop();
    free(parts);
    reject(
      error instanceof TuohsError
        ? error
        : badInput('the body ended early', 'The body ended before it was whole.'),
    );
  }

  function stop(): void {
    exchange.onBrokenBody(undefined);
    inline?.undivert();
    if (inline === undefined) request.off('data', take).off('end', arrived);
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
