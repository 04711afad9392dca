import { executionAsyncResource } from 'node:async_hooks';
import type { ServerResponse as Response } from 'node:http';
import type { Clock } from '../core/clock.ts';

/**
 * `node:http`, but not as an ES module. An `import` reads every export, which loads the WebSocket and `fetch` of Node. They
 * are not used here and would add 40 ms to each start.
 */
export const { createServer, IncomingMessage, ServerResponse, STATUS_CODES } =
  process.getBuiltinModule('node:http');

/**
 * A tick object of Node, to be kept as long as the server. If V8 collects garbage while no tick exists, it drops their hidden
 * class and builds every later tick the slow way, which costs a fifth of the time of a cached answer (ADR 0028).
 */
export function keptTick(): { tick?: object } {
  const kept: { tick?: object } = {};
  process.nextTick(() => {
    kept.tick = executionAsyncResource();
  });
  return kept;
}

/** Headers as HTTP/1.1 writes them, each with its line end. Values are ours, or were checked when they came in. */
export function headerLines(headers: Readonly<Record<string, string>>): string {
  let lines = '';
  for (const name in headers) lines += `${name}: ${headers[name]}\r\n`;
  return lines;
}

/** Gives a response its head. */
export type WriteHead = (response: Response, head: Head) => void;

export interface Head {
  readonly status: number;
  readonly lines: string;
  /** Whether the lines include `Content-Length`. If not, there is no body, or it is sent in chunks. */
  readonly hasLength: boolean;
  /** Whether the connection closes after this answer. */
  readonly isLast: boolean;
}

/** Where Node keeps the head, as text, between `writeHead` and the first bytes of the body; `null` before. */
interface WithHead {
  _header: string | null;
}

/**
 * Writes the usual head as one text, because `writeHead` checks, copies and compares each header: 10 % of the time of a cached
 * answer (ADR 0028). `_header` is not documented. If it is not `null`, or the response is not of Node's own class, `writeHead`
 * is used.
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
function listOf(lines: string): string[] {
  return [...lines.matchAll(/(.*?): (.*)\r\n/g)].flatMap(([, name = '', value = '']) => [name, value]);
}

/** Takes the bytes of a body as they arrive. */
export interface InlineSink {
  /** Returns whether it wants more. */
  take(chunk: Buffer): boolean;
  arrived(): void;
}

/**
 * A request whose body can be read as it arrives, without the ticks and events of a stream: for a short text they cost more
 * than everything else (ADR 0028). Until `divert` is called, the request is an ordinary stream.
 */
export class InlineBodyRequest extends IncomingMessage {
  #sink: InlineSink | undefined;
  #hasBegun = false;
  #isAsked = false;
  #endsParsing = false;

  /** Node stops parsing if it is true. At first it is, so that Node asks `shouldUpgradeCallback` and sets its answer. */
  get upgrade(): boolean {
    return this.#endsParsing;
  }

  set upgrade(isUpgrade: boolean | null) {
    // Node first sets it to `null`, before this class has its fields.
    if (isUpgrade === null) return;
    this.#endsParsing = isUpgrade || !this.#isAsked;
    this.#isAsked = true;
  }

  /** Sends the body to `sink` from now on. Returns false if part of it has already gone to the stream. */
  divert(sink: InlineSink): boolean {
    if (this.#sink) this.socket.resume();
    else if (this.#hasBegun) return false;
    // Marks the body as wanted; otherwise Node would throw it away.
    else this.read(0);
    this.#sink = sink;
    return true;
  }

  /** Node calls it for each piece of the body, and with `null` at its end. If it returns false, Node stops reading. */
  override push(chunk: Buffer | null): boolean {
    this.#hasBegun = true;
    if (this.#sink === undefined) return super.push(chunk);
    if (chunk !== null) return this.#sink.take(chunk);
    this.#sink.arrived();
    return true;
  }
}
