import { executionAsyncResource } from 'node:async_hooks';
import type { ServerResponse as Response } from 'node:http';
import type { Clock } from '../core/clock.ts';

/**
 * `node:http` without its exports as a module: to make them, Node reads every one of them, and so loads a WebSocket and a
 * `fetch` that are not used here (40 ms of each start).
 */
export const { createServer, IncomingMessage, ServerResponse, STATUS_CODES } =
  process.getBuiltinModule('node:http');

/**
 * A tick of Node, to be kept as long as the server. V8 forgets the hidden class of ticks when it collects garbage while no tick
 * exists, and from then on builds each one the slow way: a fifth of the processor time of a cached answer (ADR 0028).
 */
export function keptTick(): { tick?: object } {
  const kept: { tick?: object } = {};
  process.nextTick(() => {
    kept.tick = executionAsyncResource();
  });
  return kept;
}

/** Headers as HTTP/1.1 writes them, each with its end of line. */
export type HeaderLines = string;

/** The lines of these headers. Values are ours, or were checked when they came in. */
export function headerLines(headers: Readonly<Record<string, string>>): HeaderLines {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

/** Gives a response its head. */
export type WriteHead = (response: Response, head: Head) => void;

export interface Head {
  readonly status: number;
  readonly lines: HeaderLines;
  /** Whether the lines give the length of the body. Without it there is no body, or it is sent in chunks. */
  readonly hasLength: boolean;
  /** Whether the connection ends behind this answer. */
  readonly isLast: boolean;
}

/** Where Node keeps the head, as text, between `writeHead` and the first bytes of the body; `null` before. */
interface WithHead {
  _header: string | null;
}

/**
 * Writes the usual head as one text: `writeHead` checks, copies and compares each header. Worth 10 % of the processor time of
 * a cached answer (ADR 0028). `_header` is not documented: unless it is found `null`, on a response of Node's own class,
 * `writeHead` does the work.
 */
export function headWriter(clock: Pick<Clock, 'epochMs'>, keepAliveTimeoutMs: number): WriteHead {
  const keepAlive = `Keep-Alive: timeout=${Math.floor(keepAliveTimeoutMs / 1000)}\r\n`;
  let dateSeconds = 0;
  let dateAndLast = '';

  return (response, { status, lines, hasLength, isLast }) => {
    const node = response as unknown as WithHead;
    const isKept = response.shouldKeepAlive && !isLast;
    if (isKept && hasLength && node._header === null && response.constructor === ServerResponse) {
      node._header = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}${dateLine()}`;
      response.statusCode = status;
    } else {
      response.writeHead(
        status,
        listOf(lines + (isKept ? keepAlive : isLast ? 'Connection: close\r\n' : '')),
      );
    }
  };

  function dateLine(): string {
    const seconds = Math.floor(clock.epochMs() / 1000);
    if (seconds !== dateSeconds) {
      dateSeconds = seconds;
      dateAndLast = `Date: ${new Date(seconds * 1000).toUTCString()}\r\nConnection: keep-alive\r\n${keepAlive}\r\n`;
    }
    return dateAndLast;
  }
}

/** Names and values in turn. */
function listOf(lines: HeaderLines): string[] {
  return [...lines.matchAll(/(.*?): (.*)\r\n/g)].flatMap(([, name = '', value = '']) => [name, value]);
}

/** Takes the bytes of a body as they arrive. */
export interface InlineSink {
  /** Returns whether it wants more. */
  take(chunk: Buffer): boolean;
  arrived(): void;
}

/**
 * A request whose body can be taken as it arrives, without the ticks and events of a stream. For a short text they cost more
 * than all the rest (ADR 0028). Until the body is taken, the request is a stream like any other.
 */
export class InlineBodyRequest extends IncomingMessage {
  #sink: InlineSink | undefined;
  #hasBegun = false;
  #endsParsing = false;

  /** Node sets it for each head, and stops parsing if it is true: also on a connection that is gone. */
  get upgrade(): boolean {
    return this.#endsParsing;
  }

  set upgrade(isUpgrade: boolean | null) {
    // Node first sets it to `null`, before this class has its fields.
    if (isUpgrade !== null) this.#endsParsing = isUpgrade || this.socket.destroyed;
  }

  /** The body goes to `sink` from now on; returns false if a part of it has already gone to the stream. */
  divert(sink: InlineSink): boolean {
    if (this.#sink) this.socket.resume();
    else if (this.#hasBegun) return false;
    // Marks the body as wanted; otherwise Node would throw it away.
    else this.read(0);
    this.#sink = sink;
    return true;
  }

  /** Node calls it for each piece of the body, and with `null` at its end; if it returns false, Node stops to read. */
  override push(chunk: Buffer | null): boolean {
    this.#hasBegun = true;
    if (this.#sink === undefined) return super.push(chunk);
    if (chunk !== null) return this.#sink.take(chunk);
    this.#sink.arrived();
    return true;
  }
}
