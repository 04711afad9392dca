import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from './now.ts';

/** Polls until `isSo` holds and resolves with how long it took; past `withinMs` with `Infinity`, which no limit allows. */
export async function until(isSo: () => boolean | Promise<boolean>, withinMs: number): Promise<number> {
  const startedAt = nowMs();
  while (nowMs() - startedAt <= withinMs) {
    if (await isSo()) return nowMs() - startedAt;
    await sleep(20);
  }
  return Number.POSITIVE_INFINITY;
}
