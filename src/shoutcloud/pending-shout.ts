import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { Shouted } from './wrong-bodies.ts';

/** A well-formed request that waits for its answer, good or bad. */
export interface PendingShout {
  readonly shouted: Shouted;
  /** The body of a good answer. */
  readonly body: string;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** Aborts when the connection closes. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** SHOUTCLOUD writes its media type in capitals. */
const SHOUTED_JSON = { 'Content-Type': 'APPLICATION/JSON' };

/** Sends a complete answer with its length. */
export function send(
  response: ServerResponse,
  status: number,
  { headers, body }: { headers: OutgoingHttpHeaders; body: string | Buffer },
): void {
  const isBodiless = status === 204 || status === 304;
  const length = isBodiless ? {} : { 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length });
  response.end(isBodiless ? undefined : body);
}

/** Sends this body with status 200. */
export function sendBody(
  { response }: PendingShout,
  body: string | Buffer,
  headers?: OutgoingHttpHeaders,
): void {
  send(response, 200, { headers: { ...SHOUTED_JSON, ...headers }, body });
}

/** Begins a good answer with this many bytes in its body, or with a body of unknown length. */
export function sendHead({ response }: PendingShout, bytes?: number): void {
  response.writeHead(200, { ...SHOUTED_JSON, ...(bytes !== undefined && { 'Content-Length': bytes }) });
}

/** The head of a good answer with this body, as the bytes that go over the network. */
export function rawHead(body: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: APPLICATION/JSON\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
}
