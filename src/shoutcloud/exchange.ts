import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { Shouted } from './wrong-bodies.ts';

/** A well-formed request that waits for its answer, good or bad. */
export interface Exchange {
  shouted: Shouted;
  response: ServerResponse;
  socket: Socket;
  /** Aborts when the connection closes. */
  signal: AbortSignal;
  clock: Clock;
}

/** SHOUTCLOUD writes it in capitals. */
export const SHOUTED_JSON = 'APPLICATION/JSON';

/** Sends a complete answer with its length. */
export function send(
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Buffer,
): void {
  const isBodiless = status === 204 || status === 304;
  response.writeHead(
    status,
    isBodiless ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) },
  );
  response.end(isBodiless ? undefined : body);
}
