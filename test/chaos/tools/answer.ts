import type { RawAnswer } from '../../support/raw-client.ts';
import { nowMs } from '../../support/until.ts';
import { oracle } from './texts.ts';
import type { Wire } from './wire.ts';

/** What one caller saw. A status of 0 is no answer at all; `code` then is the socket's. */
export interface Answer {
  readonly label: string;
  /** Milliseconds since 1970, the same in every process of the lab. */
  readonly atMs: number;
  readonly tookMs: number;
  readonly status: number;
  readonly code: string;
  readonly source: 'memory' | 'redis' | 'upstream' | 'collapsed' | 'local' | 'none';
  /** A 200 that equals the oracle. */
  readonly isRight: boolean;
  readonly retryAfter: string;
}

/** A POST of JSON, as most callers send it. */
function shoutRequest(text: string): string {
  const body = JSON.stringify({ data: text });
  return (
    `POST /v1 HTTP/1.1\r\nhost: lab\r\ncontent-type: application/json\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

/** Asks for one text and judges what comes back; never rejects. */
export async function askOn(wire: Wire, text: string, label = ''): Promise<Answer> {
  const startedAt = nowMs();
  const seen = await wire.exchange(shoutRequest(text)).catch((error: Error) => error.message);
  return { label, atMs: startedAt, tookMs: nowMs() - startedAt, ...judge(text, seen) };
}

function judge(text: string, seen: RawAnswer | string) {
  if (typeof seen === 'string') {
    return { status: 0, code: seen, source: 'none', isRight: false, retryAfter: '' } as const;
  }
  const body = parsed(Buffer.from(seen.body, 'latin1').toString());
  return {
    status: seen.status,
    code: body.code ?? '',
    source: sourceOf(seen.headers.get('cache-status') ?? ''),
    isRight: seen.status === 200 && body.data === oracle(text),
    retryAfter: seen.headers.get('retry-after') ?? '',
  };
}

function parsed(body: string): { data?: string; code?: string } {
  try {
    return JSON.parse(body);
  } catch {
    return { code: 'NOT_JSON' };
  }
}

function sourceOf(cacheStatus: string): Answer['source'] {
  if (cacheStatus.includes('detail=redis')) return 'redis';
  if (cacheStatus.includes('detail=local')) return 'local';
  if (cacheStatus.includes('; hit')) return 'memory';
  if (cacheStatus.includes('collapsed')) return 'collapsed';
  return cacheStatus.includes('fwd=miss') ? 'upstream' : 'none';
}
