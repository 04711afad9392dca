import { originOf } from './origin.ts';

export interface Answer {
  /** What was asked for. */
  readonly text: string;
  readonly shout: string;
  readonly origin: string | undefined;
  readonly tookMs: number;
}

export interface Failure {
  readonly text: string;
  /** A code of the error table, `OFFLINE` or `UNKNOWN`. */
  readonly code: string;
  readonly requestId: string | undefined;
  /** Where the answer said so. */
  readonly retryAfterSeconds: number | undefined;
}

export type Reply = Answer | Failure;

/** Asks for the text reversed and shouted, by POST: texts stay out of addresses. Never rejects. */
export async function ask(text: string, signal: AbortSignal): Promise<Reply> {
  const startedAt = performance.now();
  try {
    const response = await fetch('v1', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data: text }),
      signal,
    });
    const body: unknown = await response.json().catch(() => undefined);
    const shout = field(body, 'data');
    if (!response.ok || shout === undefined) return { text, ...failure(response, body) };
    const tookMs = performance.now() - startedAt;
    return { text, shout, origin: originOf(response.headers.get('cache-status')), tookMs };
  } catch {
    return { text, code: 'OFFLINE', requestId: undefined, retryAfterSeconds: undefined };
  }
}

function failure({ headers }: Response, body: unknown): Omit<Failure, 'text'> {
  const retryAfter = headers.get('retry-after');
  return {
    code: field(body, 'code') ?? 'UNKNOWN',
    requestId: field(body, 'requestId'),
    retryAfterSeconds: retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined,
  };
}

function field(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : undefined;
}
