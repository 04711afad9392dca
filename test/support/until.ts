import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { settled } from './fake-clock.ts';

/** How many times `until` checks without a pause. This is enough for conditions that only this process has to reach. */
const EAGER_LOOKS = 1000;

/**
 * Resolves when `isReached` returns true, and rejects when the test runs out of time. After many checks it pauses between them, so
 * that other processes can run.
 */
export async function until({ signal }: TestContext, isReached: () => boolean): Promise<void> {
  for (let looks = 0; !isReached(); looks++) {
    signal.throwIfAborted();
    await (looks < EAGER_LOOKS ? settled() : sleep(5));
  }
}

/** Checks every 20 ms, and resolves with the time until `isSo` is true. After `withinMs`, resolves with `Infinity`. */
export async function msUntil(isSo: () => boolean | Promise<boolean>, withinMs: number): Promise<number> {
  const startedAt = performance.now();
  while (performance.now() - startedAt <= withinMs) {
    if (await isSo()) return performance.now() - startedAt;
    await sleep(20);
  }
  return Number.POSITIVE_INFINITY;
}

/** Checks every 20 ms, and resolves when `isSo` is true. After `withinMs`, rejects with a message that names `what`. */
export async function reached(what: string, withinMs: number, isSo: () => boolean | Promise<boolean>) {
  if ((await msUntil(isSo, withinMs)) > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
}
