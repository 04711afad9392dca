import { aborted, TuohsClientError } from './client-error.ts';
import { failedAnswer } from './failed-answer.ts';
import { pauseMs, type RetryOptions } from './retry.ts';
import { wait } from './wait.ts';

/** One request, without its address. */
export interface Question<T> {
  readonly path: string;
  readonly init: RequestInit;
  /** Makes the result of a good answer. */
  readonly read: (response: Response) => Promise<T>;
}

/** The HTTP side: every failure comes out as a `TuohsClientError`. */
export interface Service {
  /** Asks once. */
  askOnce<T>(question: Question<T>, signal: AbortSignal | undefined): Promise<T>;
  /** Asks again after failures that pass, not before the pause that the service wants. */
  ask<T>(question: Question<T>, signal: AbortSignal | undefined): Promise<T>;
}

export interface ServiceOptions extends RetryOptions {
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly headers: Readonly<Record<string, string>>;
}

export function service(options: ServiceOptions): Service {
  const base = baseOf(options.baseUrl);
  return { askOnce, ask };

  async function askOnce<T>({ path, init, read }: Question<T>, signal: AbortSignal | undefined): Promise<T> {
    if (signal?.aborted) throw aborted(signal);
    const headers = { ...options.headers, ...init.headers };
    try {
      const response = await options.fetch(base + path, { ...init, headers, signal: signal ?? null });
      if (!response.ok) throw await failedAnswer(response);
      return await read(response);
    } catch (error) {
      if (signal?.aborted) throw aborted(signal);
      throw error instanceof TuohsClientError ? error : noAnswer(base, error);
    }
  }

  async function ask<T>(question: Question<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await askOnce(question, signal);
      } catch (error) {
        const ms = error instanceof TuohsClientError ? pauseMs(error, failures, options) : undefined;
        if (ms === undefined) throw error;
        await wait(ms, signal);
      }
    }
  }
}

/** With a slash at the end, so that a service below a path is found. */
function baseOf(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new TypeError(`baseUrl must be an http or https address, not ${JSON.stringify(baseUrl)}`);
  }
  if (url.username || url.password) throw new TypeError('baseUrl must hold no password; use a header');
  return `${url.origin}${url.pathname.replace(/\/*$/, '/')}`;
}

function noAnswer(base: string, cause: unknown): TuohsClientError {
  return new TuohsClientError('NETWORK', `no answer from ${base} (${reasonOf(cause)})`, { cause });
}

/** Node hides what happened behind "fetch failed": the innermost code says it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
