export interface Answer {
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
  /** From the header Retry-After, if the answer has one. */
  readonly retryAfterSeconds: number | undefined;
}

export type Reply = Answer | Failure;

/** Asks for the answer to a text with POST, because an address with the text would end up in logs. Never rejects. */
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
  const retryAfter = headers.get('retry-after') ?? '';
  return {
    code: field(body, 'code') ?? 'UNKNOWN',
    requestId: field(body, 'requestId'),
    retryAfterSeconds: /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined,
  };
}

/** The text in this field of an object that came from outside; `undefined` if there is none. */
export function field(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : undefined;
}

/**
 * Says in words where an answer came from, according to the header Cache-Status (RFC 9211). Caches between the browser and the
 * service add entries of their own; the entry of the service is called `tuohs`. `undefined` without such an entry.
 */
export function originOf(cacheStatus: string | null): string | undefined {
  const entry = cacheStatus?.split(',').find((member) => /^\s*tuohs\b/.test(member));
  const parameters = entry?.split(';').map((parameter) => parameter.trim());
  if (parameters === undefined) return undefined;
  if (parameters.includes('detail=local')) return 'Made here, while SHOUTCLOUD is away';
  if (parameters.includes('detail=redis')) return 'From the shared cache';
  if (parameters.includes('hit')) return 'From memory';
  if (parameters.includes('collapsed')) return 'From SHOUTCLOUD, together with another caller';
  return 'Fresh from SHOUTCLOUD';
}
