import fresh from 'fresh';
import type { StaticFile } from '../web/pages.ts';
import { acceptedEncoding } from './accept.ts';
import type { Exchange } from './exchange.ts';
import { headerLines } from './head.ts';

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
  const caching = headerLines({ 'cache-control': cacheControl, etag });
  const decides = [vary, file.encoded.size > 0 ? 'Accept-Encoding' : undefined].filter(
    (name) => name !== undefined,
  );
  const all = { vary: decides.join(', '), ...(policy !== undefined && { policy }) };
  if (fresh(headers, { etag })) return exchange.answer({ status: 304, headers: caching, ...all });
  const type = { 'content-type': file.type, ...(encoding !== undefined && { 'content-encoding': encoding }) };
  exchange.answer({
    headers: headerLines(type) + caching,
    body: (encoding !== undefined && file.encoded.get(encoding)) || file.body,
    ...all,
  });
}
