import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import fresh from 'fresh';
import { acceptedEncoding } from '../accept.ts';
import type { Exchange } from '../exchange.ts';

/** A file in memory, as it is and compressed; made once. */
export interface StaticFile {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
  /** By `Content-Encoding`, the best first; empty for a file that is too small to gain. */
  readonly encoded: ReadonlyMap<string, Buffer>;
}

/** A file of fewer bytes fits into one packet as it is. */
const LEAST_TO_COMPRESS = 1400;

/** Of brotli's eleven: the next step takes twice the time for 2 % less. */
const BROTLI_QUALITY = 6;

/** Compresses on other threads: the event loop goes on meanwhile. */
export async function staticFile({ type, body }: { type: string; body: Buffer }): Promise<StaticFile> {
  const etag = hash('sha256', body, 'base64url');
  if (body.length < LEAST_TO_COMPRESS) return { type, etag, body, encoded: new Map() };
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  };
  const [br, gz] = await Promise.all([promisify(brotliCompress)(body, { params }), promisify(gzip)(body)]);
  return {
    type,
    etag,
    body,
    encoded: new Map([
      ['br', br],
      ['gzip', gz],
    ]),
  };
}

export interface FileHeaders {
  readonly cacheControl: string;
  readonly policy?: string;
  /** The request header that decides between this file and another answer. */
  readonly vary?: string;
}

/** Sends a file in the encoding that the client prefers; 304 if the client has it. */
export function sendFile(
  exchange: Exchange,
  file: StaticFile,
  { cacheControl, policy, vary }: FileHeaders,
): void {
  const { headers } = exchange.request;
  const encoding = acceptedEncoding(headers['accept-encoding'], [...file.encoded.keys()]);
  // Another encoding is another representation, and a strong ETag names one of them (RFC 9110 §8.8.3).
  const etag = `"${encoding === undefined ? file.etag : `${file.etag}-${encoding}`}"`;
  const caching = ['cache-control', cacheControl, 'etag', etag];
  const decides = [vary, file.encoded.size > 0 ? 'Accept-Encoding' : undefined].filter(
    (name) => name !== undefined,
  );
  const all = { vary: decides.join(', '), ...(policy !== undefined && { policy }) };
  if (fresh(headers, { etag })) return exchange.answer({ status: 304, headers: caching, ...all });
  const encodings = encoding === undefined ? [] : ['content-encoding', encoding];
  exchange.answer({
    headers: ['content-type', file.type, ...encodings, ...caching],
    body: (encoding !== undefined && file.encoded.get(encoding)) || file.body,
    ...all,
  });
}
