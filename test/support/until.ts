import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { settled } from './fake-clock.ts';

/** Goes on with what is under way until this holds; gives up when the test does. */
export async function until({ signal }: TestContext, isReached: () => boolean): Promise<void> {
  while (!isReached()) {
    signal.throwIfAborted();
    await settled();
  }
}

/** Milliseconds since 1970 that never run backwards, the same in every process of this machine. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Real time until this holds, by a look every 20 ms; `Infinity`, which no limit allows, if it takes more than `withinMs`. */
export async function msUntil(isSo: () => boolean | Promise<boolean>, withinMs: number): Promise<number> {
  const startedAt = nowMs();
  while (nowMs() - startedAt <= withinMs) {
    if (await isSo()) return nowMs() - startedAt;
    await sleep(20);
  }
  return Number.POSITIVE_INFINITY;
}

/** The same for what must happen: rejects with `what` when it does not. */
export async function reached(
  what: string,
  withinMs: number,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  if ((await msUntil(isSo, withinMs)) > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
}
