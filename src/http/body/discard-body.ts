import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../core/clock.ts';

/** How much of a body is read for nothing, and for how long. */
interface Rest {
  readonly maxBytes: number;
  readonly maxMs: number;
}

/** A rest that is awaited before the answer, so that the connection can be used again. */
export const SMALL_REST: Rest = { maxBytes: 65_536, maxMs: 1000 };

/** A rest that is read behind the answer, so that a client that is still sending can read it. */
export const FRIENDLY_REST: Rest = { maxBytes: 4_194_304, maxMs: 1000 };

/** Whether a body follows the headers (RFC 9112 §6). */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined;
}

/**
 * Throws away what is still to come of a body. Resolves with whether it arrived whole; with `false` as soon as it is larger,
 * slower or broken. What then still arrives is left in the network's buffers.
 */
export function discardBody(
  request: IncomingMessage,
  rest: Rest,
  clock: Pick<Clock, 'after'>,
): Promise<boolean> {
  if (request.complete || request.readableEnded) return Promise.resolve(true);
  const isTooLarge = Number(request.headers['content-length']) > rest.maxBytes;
  if (isTooLarge || request.destroyed) return Promise.resolve(false);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let bytes = 0;
  const cancel = clock.after(rest.maxMs, stop);
  request.on('data', take).on('end', arrived).on('error', stop).on('close', stop);
  request.resume();
  return promise;

  function take(chunk: Buffer): void {
    bytes += chunk.length;
    if (bytes > rest.maxBytes) stop();
  }

  function arrived(): void {
    finish(true);
  }

  function stop(): void {
    request.pause();
    finish(false);
  }

  function finish(isWhole: boolean): void {
    cancel();
    request.off('data', take).off('end', arrived).off('error', stop).off('close', stop);
    resolve(isWhole);
  }
}
