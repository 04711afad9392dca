import type { TestContext } from 'node:test';
import { type BulkResult, type ClientOptions, createClient } from '../../../src/client/index.ts';
import { type FakeService, shouted } from './fake-service.ts';

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
