import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import {
  type BulkResult,
  type ClientOptions,
  createClient,
  TuohsClientError,
} from '../../../src/client/index.ts';

/** How the fake service answers one bulk request. */
export type Manner =
  | { readonly kind: 'answer' }
  /** Answers each text with this line. */
  | { readonly kind: 'lines'; readonly line: (text: string) => string }
  /** Sends this instead of the right lines, and ends in order. */
  | { readonly kind: 'garbled'; readonly body: (lines: readonly string[]) => string }
  /** Stops after this many lines until `goOn` resolves; breaks the connection there if it rejects. */
  | {
      readonly kind: 'halting';
      readonly after: number;
      readonly goOn: Promise<void>;
      readonly line?: (text: string) => string;
    }
  /** Refuses the whole request. */
  | { readonly kind: 'refuse'; readonly response: () => Response }
  /** Refuses the connection. */
  | { readonly kind: 'unreachable' }
  /** Never answers. */
  | { readonly kind: 'hang' };

export interface FakeService {
  readonly fetch: typeof globalThis.fetch;
  /** The texts of each bulk request. */
  readonly requests: readonly (readonly string[])[];
  /** The signals that came with the requests. */
  readonly signals: readonly AbortSignal[];
}

/** A service behind `fetch`: answers one request in each of these manners, and all later ones as it should. */
export function fakeService(...manners: Manner[]): FakeService {
  const requests: string[][] = [];
  const signals: AbortSignal[] = [];
  return { fetch, requests, signals };

  async function fetch(...[_url, { body, signal } = {}]: Parameters<typeof globalThis.fetch>) {
    if (!signal || typeof body !== 'string') throw new Error('a bulk request has a signal and a text');
    const texts = body.split('\n').slice(0, -1).map(textIn);
    requests.push(texts);
    signals.push(signal);
    const manner = manners.shift() ?? { kind: 'answer' };
    if (manner.kind === 'unreachable') throw new TypeError('fetch failed');
    if (manner.kind === 'refuse') return manner.response();
    const answer = ReadableStream.from(answers(texts, manner, signal));
    return new Response(answer, { headers: { 'content-type': 'application/x-ndjson' } });
  }
}

/** The answer of the fake to a text, which a client cannot check against the text. */
export function shouted(text: string): string {
  return `<${text}>`;
}

/** What the real service answers to a text of plain letters. */
export function reallyShouted(text: string): string {
  return text.split('').reverse().join('').toUpperCase();
}

export function problem(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = { error: 'a sentence', code, requestId: 'request-1' };
  return new Response(JSON.stringify(body), { status, headers });
}

/** A body without an end or a line feed, how much of it was read, and whether its reader has left. */
export function endlessAnswer() {
  let pieces = 0;
  let isLeft = false;
  function* body() {
    try {
      for (;;) yield new Uint8Array(65_536).fill(0x20 + (pieces++ % 2));
    } finally {
      isLeft = true;
    }
  }
  return { body: ReadableStream.from(body()), pieces: () => pieces, isLeft: () => isLeft };
}

/** A client whose requests are all answered like this, and its requests. */
export function clientOf(
  answer: () => Response | Promise<Response> = () => Response.json({ data: 'A' }),
  options: Partial<ClientOptions> = {},
) {
  const calls: { url: string; init: RequestInit }[] = [];
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    calls.push({ url: String(url), init });
    return answer();
  };
  return { calls, ...createClient({ baseUrl: 'http://tuohs.test', fetch, ...options }) };
}

/** The client's error with which this rejects. */
export async function failure(promise: Promise<unknown>): Promise<TuohsClientError> {
  const error = await promise.then(
    () => assert.fail('it did not fail'),
    (reason) => reason,
  );
  assert.ok(error instanceof TuohsClientError, String(error));
  return error;
}

async function* answers(
  texts: readonly string[],
  manner: Manner,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  const line =
    ('line' in manner && manner.line) || ((text: string) => JSON.stringify({ data: shouted(text) }));
  const lines = texts.map((text) => `${line(text)}\n`);
  if (manner.kind === 'hang') await abortOf(signal);
  if (manner.kind === 'garbled') return yield encoder.encode(manner.body(lines));
  if (manner.kind !== 'halting') return yield encoder.encode(lines.join(''));
  yield encoder.encode(lines.slice(0, manner.after).join(''));
  await manner.goOn;
  yield encoder.encode(lines.slice(manner.after).join(''));
}

function textIn(line: string): string {
  return JSON.parse(line).data;
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** A bulk of the client, asked of the fake service. */
export function bulk(
  { fetch }: Pick<FakeService, 'fetch'>,
  texts: Iterable<string> | AsyncIterable<string>,
  { signal, ...options }: Partial<ClientOptions> & { signal?: AbortSignal } = {},
): AsyncIterable<BulkResult> {
  return createClient({ baseUrl: 'http://tuohs.test', fetch, ...options }).bulk(texts, { signal });
}

/** The texts of the results, or why there is none. */
export async function outcomes(results: AsyncIterable<BulkResult>): Promise<string[]> {
  const list = await Array.fromAsync(results);
  return list.map(({ data, code }) => data ?? code);
}

/** From now on the pauses between attempts take no time. */
export function withoutPauses(t: TestContext): void {
  t.mock.method(globalThis, 'setTimeout', (run: () => void) => setImmediate(run));
}

export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

/** The fake's result for a text. */
export function answered(text: string): BulkResult {
  return { data: shouted(text) };
}

export async function* neverEnding(text: string): AsyncGenerator<string, void, undefined> {
  yield text;
  await new Promise(() => {});
}
