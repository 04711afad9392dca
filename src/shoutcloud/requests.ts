import type { IncomingMessage } from 'node:http';
import { decodeInput } from './go-json.ts';

/** What a request asks for; `refused` carries the whole answer. */
export type Asked = { input: string } | { refused: Refusal };

export interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const PATH = '/V1/SHOUT';
const MEDIA_TYPES: readonly (string | undefined)[] = ['application/json', 'APPLICATION/JSON'];
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Reads and checks one request as SHOUTCLOUD does. Rejects when the caller hangs up before its end. */
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
