import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { decodeInput } from './go-behaviour.ts';
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

/** SHOUTCLOUD writes its media type in capitals. */
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

/** The INPUT of a request, or the whole answer that refuses it. */
export type Asked = { input: string } | { refused: Refusal };

export interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const PATH = '/V1/SHOUT';
const MEDIA_TYPES: readonly (string | undefined)[] = ['application/json', 'APPLICATION/JSON'];
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Reads and checks one request as SHOUTCLOUD does. Rejects if the caller hangs up before its end. */
export async function readRequest(request: IncomingMessage): Promise<Asked> {
  const [path] = (request.url ?? '').split('?', 1);
  if (path !== PATH) return refused(404, '404 page not found\n');
  if (request.method !== 'POST') return { refused: { status: 405, headers: { Allow: 'POST' }, body: '' } };
  // SHOUTCLOUD compares this byte for byte: a charset parameter is a bad request.
  if (!MEDIA_TYPES.includes(request.headers['content-type'])) return badRequest();

  const body = await readBody(request);
  const input = body && decodeInput(body);
  return input === undefined ? badRequest() : { input };
}

/** `undefined` for a body over the limit, the rest of which stays unread. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const parts: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const part of parts) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}

function badRequest(): Asked {
  return refused(400, 'BAD REQUEST\n');
}

function refused(status: number, body: string): Asked {
  return { refused: { status, headers: { 'Content-Type': 'text/plain' }, body } };
}
