import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, TuohsClientError } from '../../src/client/index.ts';

export interface SmokeOptions {
  /** How long it can take until tuohs answers at the address: routes, certificates and DNS need a moment. */
  readonly waitMs: number;
  readonly pauseMs?: number;
}

/** The client's error codes for an address at which tuohs does not answer yet. */
const NOT_YET = ['BAD_ANSWER', 'NETWORK', 'TIMEOUT'];

/**
 * Asks a service that was just deployed for a text that no cache knows. Resolves with a line about the answer. Rejects if the answer
 * is wrong. An error that blames SHOUTCLOUD counts as right, because an outage of SHOUTCLOUD is no reason to roll back a release.
 */
export async function smoke(url: string, { waitMs, pauseMs = 1000 }: SmokeOptions): Promise<string> {
  const client = createClient({ baseUrl: url, retries: 0, timeoutMs: 10_000 });
  const text = `smoke ${randomUUID()}`;
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    try {
      const answer = await client.shout(text);
      if (answer === [...text].reverse().join('').toUpperCase()) return 'a fresh text is answered';
      throw new Error(`a fresh text is answered wrongly: ${answer}`);
    } catch (error) {
      if (isHonestRefusal(error)) return `a fresh text is refused, because SHOUTCLOUD fails: ${error.code}`;
      const isNotYet = error instanceof TuohsClientError && NOT_YET.includes(error.code);
      if (!isNotYet || performance.now() >= giveUpAt) throw error;
      await sleep(pauseMs);
    }
  }
}

/** Whether the service says that SHOUTCLOUD is the problem (docs/errors.md). */
function isHonestRefusal(error: unknown): error is TuohsClientError {
  if (!(error instanceof TuohsClientError)) return false;
  return error.code.startsWith('UPSTREAM_') && [503, 504].includes(error.status ?? 0);
}
