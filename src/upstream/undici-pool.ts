import type { Dispatcher } from 'undici';
import request from 'undici/lib/api/api-request.js';
import Pool from 'undici/lib/dispatcher/pool.js';

export interface HttpPool {
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  destroy(): Promise<void>;
}

/**
 * undici's Pool with its `request`, and nothing else of the package: the whole of it, with fetch and WebSocket, takes
 * five times as long to load and five times the memory (ADR 0014).
 */
export function undiciPool(origin: string, options: Pool.Options): HttpPool {
  const pool = new Pool(origin, options);
  return {
    request: (each) => request.call(pool, each),
    destroy: () => pool.destroy(),
  };
}
