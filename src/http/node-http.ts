import { executionAsyncResource } from 'node:async_hooks';
import type { ServerResponse as Response } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';

/**
 * `node:http`, but not as an ES module. An `import` reads every export, which loads the WebSocket and `fetch` of Node. They
 * are not used here and would add 40 ms to each start.
 */
export const { createServer, IncomingMessage, ServerResponse, setMaxIdleHTTPParsers, STATUS_CODES } =
  process.getBuiltinModule('node:http');

/** Options of each socket. At most `highWaterMark` bytes of an answer are buffered until its client reads. Node's default is 64 KiB. */
export const SOCKETS = { noDelay: true, highWaterMark: 16_384 };

/**
 * Returns an object of the kind that Node makes for each `process.nextTick`. It must be kept as long as the server. If V8 collects
 * garbage while no such object exists, Node makes all later ones slowly, which costs a fifth of the time of a cached answer (ADR 0028).
 */
export function keptTick(): { tick?: object } {
  const kept: { tick?: object } = {};
  process.nextTick(() => {
    kept.tick = executionAsyncResource();
  });
  return kept;
}

/** Headers as lines of HTTP/1.1. Their values are not checked here: they are ours, or were checked when they came in. */
export function headerLines(headers: Readonly<Record<string, string>>): string {
  let lines = '';
  for (const name in headers) lines += `${name}: ${headers[name]}\r\n`;
  return lines;
}

/** Writes the head of a response. */
export type WriteHead = (response: Response, head: Head) => void;

export interface Head {
  readonly status: number;
  readonly lines: string;
  /** Whether the lines include `Content-Length`. If not, there is no body, or it is sent in chunks. */
  readonly hasLength: boolean;
  /** Whether the connection closes after this answer. */
  readonly isLast: boolean;
}

/** Node keeps the head here, as text, from `writeHead` until the first bytes of the body. It is `null` before that. */
interface WithHead {
  _header: string | null;
}

/**
 * Writes the usual head as one text, because Node's `writeHead` checks, copies and compares each header,
 * which takes 10 % of the time of a cached answer (ADR 0028). `_header` is not documented. If it is not
 * `null`, or the response is not of Node's own class, `writeHead` is used.
 */
export function headWriter(clock: Pick<Clock, 'epochMs'>, keepAliveTimeoutMs: number): WriteHead {
  const keepAlive = `Keep-Alive: timeout=${Math.floor(keepAliveTimeoutMs / 1000)}\r\n`;
  let dateSeconds = 0;
  let dateAndLast = '';

  return (response, { status, lines, hasLength, isLast }) => {
    const node = response as unknown as WithHead;
    // HTTP/1.0 has no chunks, so an answer in pieces ends with its connection.
    const canStay = hasLength || response.req.httpVersionMinor > 0;
    const isKept = response.shouldKeepAlive && canStay && !isLast;
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

/** Splits header lines into names and values, alternating. */
function listOf(lines: string): string[] {
  return lines
    .slice(0, -'\r\n'.length)
    .split('\r\n')
    .flatMap((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
}

/** Takes the bytes of a body as they arrive. */
export interface InlineSink {
  /** Returns whether it wants more. */
  take(chunk: Buffer): boolean;
  arrived(): void;
}

/**
 * A request whose body can be read as it arrives, without the ticks and events of a stream, which take about 10 %
 * of the time of a cached answer (ADR 0028). Unless `divert` is called at once, the request is an ordinary stream.
 */
export class InlineBodyRequest extends IncomingMessage {
  #sink: InlineSink | undefined;
  #isAsked = false;
  #endsParsing = false;

  static {
    // Node keeps an answered request in memory until the next request on its connection, unless `readableEnded` of the request is true.
    Object.defineProperty(InlineBodyRequest.prototype, 'readableEnded', {
      get(this: InlineBodyRequest) {
        return this.#sink ? this.complete : Reflect.get(IncomingMessage.prototype, 'readableEnded', this);
      },
    });
  }

  /**
   * Node stops parsing if this is true after the head. Node assigns it twice: first whether the head has `Upgrade`, then what
   * `shouldUpgradeCallback` returned. After the first time it is always true, because otherwise Node would not call the callback.
   */
  get upgrade(): boolean {
    return this.#endsParsing;
  }

  set upgrade(isUpgrade: boolean | null) {
    // Node first sets it to `null`, before this class has its fields.
    if (isUpgrade === null) return;
    this.#endsParsing = isUpgrade || !this.#isAsked;
    this.#isAsked = true;
  }

  /** Sends the body to `sink`. */
  divert(sink: InlineSink): void {
    this.#sink = sink;
    // Marks the body as wanted; otherwise Node would throw it away.
    this.read(0);
  }

  /** Node calls it for each piece of the body, and with `null` at its end. If it returns false, Node stops reading. */
  override push(chunk: Buffer | null): boolean {
    if (this.#sink === undefined) return super.push(chunk);
    if (chunk !== null) return this.#sink.take(chunk);
    // Nothing reads the trailers. 200 of them would take 30 KB for as long as the request waits for its turn.
    this.rawTrailers = [];
    this.#sink.arrived();
    return true;
  }
}

/** Node's parser of a connection. One of its callbacks is called for each piece of a body. */
interface Parser {
  [callback: string]: unknown;
}

/**
 * Throws away the rest of a body in the packet that is being read. 64 KiB of one-byte chunks then take 1 ms instead of 20 (ADR
 * 0053). Node has no documented way to do this. If the parser does not have the callback, all pieces are still reported.
 */
export function skipBodyInPacket(socket: Socket, { soon }: Pick<Clock, 'soon'>): void {
  const { parser = {} } = socket as Socket & { parser?: Parser };
  for (const [name, callback] of Object.entries(parser)) {
    if (typeof callback !== 'function' || callback.name !== 'parserOnBody') continue;
    parser[name] = null;
    soon(() => {
      parser[name] = callback;
    });
  }
}
