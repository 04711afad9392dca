import { setTimeout as sleep } from 'node:timers/promises';
import { askJson } from '../../test/support/ask.ts';

const PAUSE_MS = 5;
const PATIENCE_MS = 30_000;

/** Asks for a string until somebody listens there; resolves with the time at which the 200 came. */
export async function firstAnswerMs(url: string): Promise<number> {
  const endsMs = performance.now() + PATIENCE_MS;
  while (performance.now() < endsMs) {
    const reply = await askJson(url, { data: 'hello' }).catch(() => undefined);
    if (reply?.status === 200) return performance.now();
    if (reply) throw new Error(`the first answer was a ${reply.status}`);
    await sleep(PAUSE_MS);
  }
  throw new Error(`nobody answered at ${url} within ${PATIENCE_MS} ms`);
}
