import type { TestContext } from 'node:test';
import { type Clock, sleepOn, systemClock } from '../../../src/core/clock.ts';
import type { Shoutcloud, ShoutcloudOptions } from '../../../src/shoutcloud/server.ts';
import { startShoutcloud } from '../../../src/shoutcloud/server.ts';
import { bodyOf, headOf, isWhole, post, talk } from './raw-client.ts';

/** A server that ends with the test. */
export async function running(test: TestContext, options?: ShoutcloudOptions): Promise<Shoutcloud> {
  const server = await startShoutcloud(options);
  test.after(() => server.close());
  return server;
}

/** What a server with these faults says to this, over one connection. */
export async function heard(
  test: TestContext,
  options: ShoutcloudOptions,
  {
    sent = post('{"INPUT":"hello"}'),
    isEnough = isWhole,
  }: { sent?: string; isEnough?: (text: string) => boolean } = {},
) {
  const { port } = await running(test, options);
  const { text, end } = await talk(test, port, { sent, isEnough });
  return { text, end, head: headOf(text), body: bodyOf(text) };
}

/** Asks with `fetch` for the status of one shout. */
export async function statusOf(server: Shoutcloud, input = 'abc'): Promise<number> {
  const response = await shout(server, input);
  await response.arrayBuffer();
  return response.status;
}

export function shout(server: Shoutcloud, input: string): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ INPUT: input });
  return fetch(`${server.url}/V1/SHOUT`, { method: 'POST', headers, body, redirect: 'manual' });
}

/** Every wait is over at once; `waits` are the milliseconds asked for. */
export function instantClock(): Clock & { waits: number[] } {
  const waits: number[] = [];
  const after: Clock['after'] = (ms, run) => {
    waits.push(ms);
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  };
  const sleep: Clock['sleep'] = (ms, signal) => sleepOn({ after }, ms, signal);
  return { ...systemClock, epochMs: () => Date.UTC(2030, 0, 1), after, sleep, waits };
}
