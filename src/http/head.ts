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

/** The head of an answer that keeps its connection and whose length is known, or of any other one. */
export type HeadKind = 'usual' | 'other';

/** Gives a response its head. */
export type WriteHead = (
  response: ServerResponse,
  head: { readonly status: number; readonly lines: HeaderLines; readonly kind: HeadKind },
) => void;

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
  const lastLines = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveTimeoutMs / 1000)}\r\n\r\n`;
  let dateSeconds = 0;
  let dateAndLast = '';

  return (response, { status, lines, kind }) => {
    const node = response as unknown as WithHead;
    const isNode = node._header === null && response.constructor === NodeResponse;
    if (kind === 'other' || !isNode || !response.shouldKeepAlive)
      return void response.writeHead(status, listOf(lines));
    node._header = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}${dateLine()}`;
    response.statusCode = status;
  };

  function dateLine(): string {
    const seconds = Math.floor(clock.epochMs() / 1000);
    if (seconds !== dateSeconds) {
      dateSeconds = seconds;
      dateAndLast = `Date: ${new Date(seconds * 1000).toUTCString()}\r\n${lastLines}`;
    }
    return dateAndLast;
  }
}

/** Names and values in turn. */
function listOf(lines: HeaderLines): string[] {
  return [...lines.matchAll(/(.*?): (.*)\r\n/g)].flatMap(([, name = '', value = '']) => [name, value]);
}
