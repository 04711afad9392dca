import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Cancel, Clock } from '../core/clock.ts';
import { TuohsError } from '../core/errors.ts';
import { ApiRequest } from './api-request.ts';
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
 * The parsed body of a request: what its JSON says, or the `data` field of its form. Fails with `BAD_INPUT` (before it
 * reads, where it can), `TOO_LARGE` or `REQUEST_TIMEOUT`; what then still arrives is thrown away.
 */
export async function parsedBody(
  request: IncomingMessage,
  limits: BodyLimits,
  clock: Clock,
): Promise<unknown> {
  const parse = parserFor(request.headers['content-type']);
  const bytes = await new Promise<Buffer>((arrived, failed) => {
    readBody(request, limits, clock, { arrived, failed });
  });
  return parse(bytes);
}

/** What the bytes of a body say. Fails with `BAD_INPUT`. */
export type Parse = (body: Buffer) => unknown;

/**
 * The parser for a media type. They compare without case and their parameters are ignored, but for a charset that is
 * not UTF-8. Fails with `BAD_INPUT` where there is none.
 */
export function parserFor(contentType: string | undefined): Parse {
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

/** Is told one of the two, once. Not a promise, for one on the way of each body costs as much as reading it. */
export interface BodyListener {
  arrived(bytes: Buffer): void;
  failed(error: TuohsError): void;
}

/** Reads a body whole. Fails with `TOO_LARGE`, `REQUEST_TIMEOUT`, or `BAD_INPUT` where it is cut short. */
export function readBody(
  request: IncomingMessage,
  { maxBodyBytes, bodyTimeoutMs }: BodyLimits,
  clock: Clock,
  listener: BodyListener,
): void {
  const announced = Number(request.headers['content-length']);
  const parts = new ByteParts();
  let size = 0;
  let isOver = false;
  let diverted: ApiRequest | undefined;
  let cancel: Cancel | undefined;

  request.on('error', () => stop(badInput('the body was cut short')));
  if (announced > maxBodyBytes) return stop(tooLarge());
  if (request instanceof ApiRequest && request.divert({ take, end: arrived })) diverted = request;
  else request.on('data', take).on('end', arrived);
  void ARRIVED.then(startTimer);

  function take(chunk: Buffer): void {
    parts.add(chunk);
    size += chunk.length;
    if (size > maxBodyBytes) stop(tooLarge());
  }

  function arrived(): void {
    if (!end()) return;
    const bytes = parts.joined();
    // Node remembers the last request of a connection, however long that one is idle.
    parts.clear();
    listener.arrived(bytes);
  }

  /** Most bodies come with their headers, and are there before the first microtask: those need no timer. */
  function startTimer(): void {
    if (isOver || size === announced || request.complete || request.destroyed) return;
    cancel = clock.after(bodyTimeoutMs, () =>
      stop(new TuohsError('REQUEST_TIMEOUT', 'the body came too slowly')),
    );
  }

  function stop(error: TuohsError): void {
    if (!end()) return;
    diverted?.undivert();
    discardRest(request.off('data', take));
    listener.failed(error);
  }

  /** Whether this is the first end. */
  function end(): boolean {
    if (isOver) return false;
    isOver = true;
    cancel?.();
    return true;
  }
}

const ARRIVED = Promise.resolve();

function tooLarge(): TuohsError {
  return new TuohsError('TOO_LARGE', 'the body is over the limit');
}

function badInput(message: string): TuohsError {
  return new TuohsError('BAD_INPUT', message);
}
