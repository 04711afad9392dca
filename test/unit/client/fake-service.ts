import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import {
  type BulkResult,
  type ClientOptions,
  createClient,
  TuohsClientError,
} from '../../../src/client/index.ts';

/** How the fake service answers one bulk request. */
export type Manner = (texts: readonly string[], signal: AbortSignal) => Response | Promise<Response>;

/**
 * A fake service: its `fetch`, the texts and the signal of each request, and functions that ask it. Each manner answers one
 * request, in order. Requests after the last manner get correct answers.
 */
export function fakeService(...manners: Manner[]) {
  const requests: string[][] = [];
  const signals: AbortSignal[] = [];
  return { fetch, requests, signals, ...bulkBy(fetch) };

  async function fetch(...[_url, { body, signal } = {}]: Parameters<typeof globalThis.fetch>) {
    if (!signal || typeof body !== 'string') throw new Error('a bulk request has a signal and a text');
    const texts = body.split('\n').slice(0, -1).map(textIn);
    requests.push(texts);
    signals.push(signal);
    const answer = manners.shift() ?? saying(resultLine);
    return answer(texts, signal);
  }
}

/** Answers each text with the line that `line` returns for it. */
export function saying(line: (text: string) => string): Manner {
  return garbled((lines) => lines.join(''), line);
}

/** Sends what `body` returns instead of the right lines, and ends normally. */
export function garbled(body: (lines: readonly string[]) => string, line = resultLine): Manner {
  return (texts) => new Response(body(texts.map((text) => `${line(text)}\n`)));
}

/** Stops after this many lines until `goOn` resolves. If `goOn` rejects, the connection breaks after these lines. */
export function halting(after: number, goOn: Promise<void>, line = resultLine): Manner {
  return (texts) => {
    async function* pieces() {
      const lines = texts.map((text) => `${line(text)}\n`);
      yield lines.slice(0, after).join('');
      await goOn;
      yield lines.slice(after).join('');
    }
    return new Response(ReadableStream.from(pieces()).pipeThrough(new TextEncoderStream()));
  };
}

/** Begins an answer, but sends no line of it. */
export const hanging: Manner = (texts, signal) => halting(0, abortOf(signal))(texts, signal);

/** Refuses the connection. */
export const unreachable: Manner = () => Promise.reject(new TypeError('fetch failed'));

/** The answer of the fake to a text. A client cannot check it against the text. */
export function shouted(text: string): string {
  return `<${text}>`;
}

/** The answer of the real service to a text of plain letters. */
export function reallyShouted(text: string): string {
  return text.split('').reverse().join('').toUpperCase();
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = { error: 'a sentence', code, requestId: 'request-1' };
  return new Response(JSON.stringify(body), { status, headers });
}

/** A body without an end or a line feed, how many pieces of it were read, and whether its reader has left. */
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

/** A client that gets the same answer to each request, and the list of its requests. */
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

/** The client's error with which the promise rejects. */
export async function failure(promise: Promise<unknown>): Promise<TuohsClientError> {
  const end: unknown = await promise.catch((error) => error);
  assert.ok(end instanceof TuohsClientError, `it ended with ${end}`);
  return end;
}

function resultLine(text: string): string {
  return JSON.stringify({ data: shouted(text) });
}

function textIn(line: string): string {
  return JSON.parse(line).data;
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

type Texts = Iterable<string> | AsyncIterable<string>;

/** A bulk request of a client with this `fetch`: resolves with the texts of its results, or with the codes of their errors. */
export function bulkBy(fetch: typeof globalThis.fetch) {
  const bulk = (texts: Texts, options: { signal?: AbortSignal; timeoutMs?: number } = {}) =>
    createClient({ baseUrl: 'http://tuohs.test', fetch, ...options }).bulk(texts, options);
  const outcomes = async (texts: Texts): Promise<string[]> =>
    (await Array.fromAsync(bulk(texts))).map(({ data, code }) => data ?? code);
  return { bulk, outcomes };
}

/** Makes the pauses between attempts take no time. Returns how long they would have been. */
export function withoutPauses(t: TestContext): (number | undefined)[] {
  const pauses: (number | undefined)[] = [];
  t.mock.method(globalThis, 'setTimeout', (run: () => void, ms?: number) => {
    pauses.push(ms);
    return setImmediate(run);
  });
  return pauses;
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
