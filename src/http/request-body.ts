import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Cancel, Clock } from '../core/clock.ts';
import { TuohsError } from '../core/errors.ts';
import { ByteParts } from './byte-parts.ts';
import { firstField } from './form.ts';
import { mediaType } from './media-type.ts';
import { discardRest } from './unread-body.ts';

export interface BodyLimits {
  readonly maxBodyBytes: number;
  /** How long a body may take to arrive whole. */
  readonly bodyTimeoutMs: number;
}

/**
 * The parsed body of a request: what its JSON says, or the `data` field of its form. Media types compare without case
 * and their parameters are ignored, but for a charset that is not UTF-8. Fails with `BAD_INPUT` (before it reads,
 * where it can), `TOO_LARGE` or `REQUEST_TIMEOUT`; what then still arrives is thrown away.
 */
export async function parsedBody(
  request: IncomingMessage,
  limits: BodyLimits,
  clock: Clock,
): Promise<unknown> {
  const parse = parserFor(request.headers['content-type']);
  return parse(await readBody(request, limits, clock));
}

type Parse = (body: Buffer) => unknown;

function parserFor(contentType: string | undefined): Parse {
  switch (mediaType(contentType)) {
    case 'application/json':
      return parseJson;
    case 'application/x-www-form-urlencoded':
      return parseForm;
    default:
      throw badInput('another content type');
  }
}

/** The parser's own error is not kept as the cause, for its message quotes the text. */
function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw badInput('not UTF-8');
  try {
    return JSON.parse(body.toString());
  } catch {
    throw badInput('not JSON');
  }
}

function parseForm(body: Buffer): unknown {
  return { data: firstField(body.toString('latin1'), 'data') };
}

function readBody(request: IncomingMessage, limits: BodyLimits, clock: Clock): Promise<Buffer> {
  const { maxBodyBytes, bodyTimeoutMs } = limits;
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parts = new ByteParts();
  let size = 0;

  let cancel: Cancel = () => {};
  // Most bodies come with their headers, and are there before the first microtask: those need no timer.
  queueMicrotask(() => {
    if (request.complete || request.destroyed) return;
    cancel = clock.after(bodyTimeoutMs, () =>
      stop(new TuohsError('REQUEST_TIMEOUT', 'the body came too slowly')),
    );
  });
  if (Number(request.headers['content-length']) > maxBodyBytes) stop(tooLarge());
  else request.on('data', take);
  request.on('end', () => {
    cancel();
    resolve(parts.joined());
  });
  request.on('error', () => stop(badInput('the body was cut short')));
  return promise;

  function take(chunk: Buffer): void {
    parts.add(chunk);
    size += chunk.length;
    if (size > maxBodyBytes) stop(tooLarge());
  }

  function stop(error: TuohsError): void {
    cancel();
    discardRest(request.off('data', take));
    reject(error);
  }
}

function tooLarge(): TuohsError {
  return new TuohsError('TOO_LARGE', 'the body is over the limit');
}

function badInput(message: string): TuohsError {
  return new TuohsError('BAD_INPUT', message);
}
