import type { ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import { ServerResponse as NodeResponse, STATUS_CODES } from './node-http.ts';

/** Headers as HTTP/1.1 writes them, each with its end of line. */
export type HeaderLines = string;

/** The lines of these headers. Values are ours, or were checked when they came in. */
export function headerLines(headers: Readonly<Record<string, string>>): HeaderLines {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

/** Gives a response its head. */
export type WriteHead = (response: ServerResponse, head: Head) => void;

export interface Head {
  readonly status: number;
  readonly lines: HeaderLines;
  /** Whether the lines say how long the body is; else it has none or is sent in chunks. */
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
    if (isKept && hasLength && node._header === null && response.constructor === NodeResponse) {
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
