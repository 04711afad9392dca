import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

/** How the fake service answers one bulk request. */
export type Manner =
  | { readonly kind: 'answer' }
  /** Answers so many lines and ends, as if all were said. */
  | { readonly kind: 'cut'; readonly after: number }
  /** The same, with the last line of a service that shuts down. */
  | { readonly kind: 'goodbye'; readonly after: number }
  /** Refuses the whole request. */
  | { readonly kind: 'refuse'; readonly response: () => Response }
  /** Lets the connection fail. */
  | { readonly kind: 'unreachable' }
  /** Says nothing at all. */
  | { readonly kind: 'hang' }
  /** Answers each line with this one. */
  | { readonly kind: 'lines'; readonly line: (text: string) => string };

export interface FakeService {
  readonly fetch: typeof globalThis.fetch;
  /** The texts of each bulk request, as far as it was read. */
  readonly requests: string[][];
  /** The signals that came with the requests. */
  readonly signals: AbortSignal[];
}

/** Stands for the service behind `fetch`: answers in the manners given, one request each, and well after them. */
export function fakeService(...manners: Manner[]): FakeService {
  const requests: string[][] = [];
  const signals: AbortSignal[] = [];
  return {
    requests,
    signals,
    async fetch(_url, init) {
      const { body, signal } = init ?? {};
      if (!signal) throw new Error('a bulk request has a signal');
      signals.push(signal);
      const texts: string[] = [];
      requests.push(texts);
      const manner = manners.shift() ?? { kind: 'answer' };
      if (manner.kind === 'unreachable') throw new TypeError('fetch failed');
      if (manner.kind === 'refuse') return manner.response();
      const answer = manner.kind === 'hang' ? hanging(signal) : answers(body, texts, manner);
      return new Response(ReadableStream.from(answer), {
        headers: { 'content-type': 'application/x-ndjson' },
      });
    },
  };
}

/** What the fake answers to a text. */
export function shouted(text: string): string {
  return `<${text}>`;
}

export function problem(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = { error: 'a sentence', code, requestId: 'request-1' };
  return new Response(JSON.stringify(body), { status, headers });
}

async function* answers(
  body: RequestInit['body'],
  texts: string[],
  manner: Manner,
): AsyncGenerator<Uint8Array, void, undefined> {
  const limit = 'after' in manner ? manner.after : Number.POSITIVE_INFINITY;
  const line =
    manner.kind === 'lines' ? manner.line : (text: string) => JSON.stringify({ data: shouted(text) });
  const encoder = new TextEncoder();
  for await (const received of createInterface({ input: readable(body) })) {
    if (texts.length >= limit) break;
    const text = JSON.parse(received).data;
    texts.push(text);
    yield encoder.encode(`${line(text)}\n`);
  }
  if (manner.kind === 'goodbye') yield encoder.encode('{"error":"it shuts down","code":"OVERLOADED"}\n');
}

function readable(body: RequestInit['body']): Readable {
  return body instanceof ReadableStream ? Readable.fromWeb(body) : Readable.from([String(body)]);
}

async function* hanging(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  await new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
