import type { TestContext } from 'node:test';
import { settled } from './fake-clock.ts';

/** Goes on with what is under way until this holds; gives up when the test does. */
export async function until({ signal }: TestContext, isReached: () => boolean): Promise<void> {
  while (!isReached()) {
    signal.throwIfAborted();
    await settled();
  }
}
