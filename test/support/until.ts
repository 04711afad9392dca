import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { settled } from './fake-clock.ts';

/** How many times `until` checks without a pause: enough for what this process does by itself. */
const EAGER_LOOKS = 1000;

/**
 * Resolves when this holds, and rejects when the test is given up. After many checks it pauses between them, so that other
 * processes get the processor.
 */
export async function until({ signal }: TestContext, isReached: () => boolean): Promise<void> {
  for (let looks = 0; !isReached(); looks++) {
    signal.throwIfAborted();
    await (looks < EAGER_LOOKS ? settled() : sleep(5));
  }
}

/** The time until this holds, checked every 20 ms; `Infinity`, which no limit allows, if it takes more than `withinMs`. */
export async function msUntil(isSo: () => boolean | Promise<boolean>, withinMs: number): Promise<number> {
  const startedAt = performance.now();
  while (performance.now() - startedAt <= withinMs) {
    if (await isSo()) return performance.now() - startedAt;
    await sleep(20);
  }
  return Number.POSITIVE_INFINITY;
}

/** Resolves when this holds, checked in the same way. Rejects with `what` if it does not hold in time. */
export async function reached(what: string, withinMs: number, isSo: () => boolean | Promise<boolean>) {
  if ((await msUntil(isSo, withinMs)) > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
}
