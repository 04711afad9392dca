import type { IncomingMessage } from 'node:http';
import { decodeInput } from './go-behaviour.ts';

/** The whole answer to a request that SHOUTCLOUD does not understand. */
export interface Refusal {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const TEXT = { 'Content-Type': 'text/plain' };
const NOT_FOUND: Refusal = { status: 404, headers: TEXT, body: '404 page not found\n' };
const NOT_ALLOWED: Refusal = { status: 405, headers: { Allow: 'POST' }, body: '' };
const BAD_REQUEST: Refusal = { status: 400, headers: TEXT, body: 'BAD REQUEST\n' };

const PATH = '/V1/SHOUT';
const MEDIA_TYPES: readonly (string | undefined)[] = ['application/json', 'APPLICATION/JSON'];
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Reads the INPUT of a request, or refuses the request, as SHOUTCLOUD does. Rejects if the caller hangs up too early. */
export async function readRequest(request: IncomingMessage): Promise<string | Refusal> {
  const [path] = (request.url ?? '').split('?', 1);
  if (path !== PATH) return NOT_FOUND;
  if (request.method !== 'POST') return NOT_ALLOWED;
  // SHOUTCLOUD compares the content type byte for byte, so a request with a charset parameter is bad.
  if (!MEDIA_TYPES.includes(request.headers['content-type'])) return BAD_REQUEST;
  const body = await readBody(request);
  return (body && decodeInput(body)) ?? BAD_REQUEST;
}

/** Returns `undefined` if the body is over the limit. The rest of the body is then not read. */
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
