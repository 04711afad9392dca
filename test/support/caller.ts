import { connect } from 'node:net';
import { oracle } from './load-texts.ts';
import { firstAnswer, type RawAnswer } from './raw-answer.ts';

/** What a caller got. If there was no answer, the status is 0 and `code` is the error of the socket. */
export interface Answer {
  readonly label: string;
  /** When the request was sent, by `nowMs`. */
  readonly atMs: number;
  readonly tookMs: number;
  readonly status: number;
  readonly code: string;
  readonly source: 'memory' | 'redis' | 'upstream' | 'collapsed' | 'local' | 'none';
  /** Whether it is a 200 with the right text. */
  readonly isRight: boolean;
  readonly retryAfter: string;
}

/** A POST of JSON, as most callers send it, and the only right answer to this request. */
export function questionOf(text: string, host = 'lab') {
  const body = JSON.stringify({ data: text });
  const head = `POST /v1 HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n`;
  const request = `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  return { request, expected: oracle(text) };
}

/** Milliseconds since 1970. They never go backwards, and all processes of the machine can compare them. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

const PATIENCE_MS = 5_000;

/** A client with one connection and one request at a time. It never retries. */
export function openCaller({ host = '127.0.0.1', port }: { host?: string; port: number }) {
  const socket = connect({ port, host, noDelay: true });
  let isOpen = true;
  let received = '';
  let waiting: PromiseWithResolvers<RawAnswer> | undefined;

  const fail = (code: string) => {
    isOpen = false;
    waiting?.reject(new Error(code));
    waiting = undefined;
    socket.destroy();
  };
  socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'ERROR'));
  socket.on('close', () => fail('CLOSED'));
  socket.on('end', () => fail('CLOSED'));
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    try {
      take();
    } catch {
      fail('NO_HTTP');
    }
  });

  return {
    /** False after the other side has closed the connection, or said that it will. */
    get isOpen() {
      return isOpen;
    },
    /** Sends the request and checks the answer. Never rejects. */
    async ask({ request, expected }: ReturnType<typeof questionOf>, label = ''): Promise<Answer> {
      const atMs = nowMs();
      const seen = await exchange(request).catch((error: Error) => error.message);
      const tookMs = nowMs() - atMs;
      return { label, atMs, tookMs, ...judged(seen, expected) };
    },
    close: () => fail('CLOSED'),
  };

  function exchange(request: string): Promise<RawAnswer> {
    if (!isOpen) return Promise.reject(new Error('CLOSED'));
    waiting = Promise.withResolvers();
    socket.write(request);
    const timer = setTimeout(() => fail('NO_ANSWER'), PATIENCE_MS);
    return waiting.promise.finally(() => clearTimeout(timer));
  }

  function take(): void {
    const first = waiting && firstAnswer(received);
    if (!first) return;
    received = first.rest;
    if (first.answer.headers.get('connection')?.toLowerCase() === 'close') isOpen = false;
    waiting?.resolve(first.answer);
    waiting = undefined;
  }
}

function judged(seen: RawAnswer | string, expected: string) {
  if (typeof seen === 'string')
    return { status: 0, code: seen, source: 'none', isRight: false, retryAfter: '' } as const;
  const body = parsedJson(Buffer.from(seen.body, 'latin1').toString());
  return {
    status: seen.status,
    code: body.code ?? '',
    source: sourceOf(seen.headers.get('cache-status') ?? ''),
    isRight: seen.status === 200 && body.data === expected,
    retryAfter: seen.headers.get('retry-after') ?? '',
  };
}

function parsedJson(body: string): { data?: string; code?: string } {
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
