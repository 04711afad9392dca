import request from 'undici/lib/api/api-request.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { Transport } from './transport.ts';

export interface UndiciOptions {
  /** Base address; `/V1/SHOUT` is appended. */
  readonly url: string;
  readonly connections: number;
  /** How long a connection may take to be made. */
  readonly connectTimeoutMs: number;
}

/**
 * Attempts over HTTP/1.1 by undici's Pool and its `request`, and nothing else of the package: the whole of it, with
 * fetch and WebSocket, takes five times as long to load and five times the memory (ADR 0014).
 */
export function undiciTransport({ url, connections, connectTimeoutMs }: UndiciOptions): Transport {
  const { origin, pathname } = new URL(url);
  const path = `${pathname.replace(/\/$/, '')}/V1/SHOUT`;
  // undici's own timeouts are coarse and start anew with each chunk: the attempt's timer stands in for them.
  const pool = new Pool(origin, {
    connections,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs },
  });
  return {
    send: (attempt) => request.call(pool, { method: 'POST', path, ...attempt }),
    close: () => pool.destroy(),
  };
}
