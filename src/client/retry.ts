import { aborted, type TuohsClientError } from './client-error.ts';

export interface RetryOptions {
  /** How many times a request is sent again after a failure that may pass. */
  readonly retries: number;
  /** If the service wants a longer pause than this, the call fails at once. */
  readonly maxRetryAfterMs: number;
}

/**
 * How many milliseconds to wait before a request that has failed `failures` times, last with this error, is sent again.
 * Never shorter than the service asked for. `undefined` if the request should not be sent again.
 */
export function pauseMs(
  error: TuohsClientError,
  failures: number,
  { retries, maxRetryAfterMs }: RetryOptions,
): number | undefined {
  if (failures > retries || !mayPass(error)) return undefined;
  if (error.retryAfterMs === undefined) return FIRST_PAUSE_MS * 2 ** (failures - 1) * (0.5 + Math.random());
  return error.retryAfterMs <= maxRetryAfterMs ? error.retryAfterMs : undefined;
}

const FIRST_PAUSE_MS = 200;

// 502 comes from a proxy that did not reach the service. Asking twice changes nothing, so it is safe after a cut connection, too.
const PASSING_STATUS = new Set([408, 429, 502, 503, 504]);
const PASSING_CODES = new Set(['NETWORK', 'OVERLOADED']);

function mayPass({ status, code }: TuohsClientError): boolean {
  return PASSING_CODES.has(code) || (status !== undefined && PASSING_STATUS.has(status));
}

/** The longest time of `setTimeout`, 24 days: it takes a longer one for 1 ms. */
export const LONGEST_MS = 2 ** 31 - 1;

/** Resolves in `ms` milliseconds; rejects with `ABORTED` the moment the signal does. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal));
    const onAbort = () => {
      clearTimeout(timer);
      reject(aborted(signal));
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      Math.min(ms, LONGEST_MS),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
