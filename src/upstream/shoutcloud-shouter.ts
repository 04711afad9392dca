import { afterReading } from '../core/clock.ts';
import { AttemptError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Shout, Shouter } from '../core/shouter.ts';
import { readAnswer } from './shoutcloud-answer.ts';
import type { AttemptResponse, Transport } from './transport.ts';

export interface ShoutcloudOptions {
  readonly attemptTimeoutMs: number;
  /** Turns an OUTPUT into the upper case of its text, or `undefined` where it is not. */
  readonly verify: (text: string, output: string) => string | undefined;
}

/**
 * Asks SHOUTCLOUD once for each call and verifies what it says. An attempt ends within `attemptTimeoutMs` by a timer
 * of its own; once sent it goes on when its callers leave, for its answer is worth storing. Fails with `AttemptError`.
 */
export function shoutcloudShouter(
  transport: Transport,
  { attemptTimeoutMs, verify }: ShoutcloudOptions,
  { clock, emit }: World,
): Shouter {
  return {
    async shout(text, call) {
      call.signal.throwIfAborted();
      const startedAt = clock.now();
      try {
        const shout = await attempt(text);
        emit({ type: 'attempt', outcome: 'success', durationMs: clock.now() - startedAt });
        return shout;
      } catch (error) {
        const failed = error instanceof AttemptError ? error : unreachable(error);
        emit({ type: 'attempt', outcome: failed.failure, durationMs: clock.now() - startedAt });
        throw failed;
      }
    },
  };

  async function attempt(text: string): Promise<Shout> {
    const body = JSON.stringify({ INPUT: text });
    const timer = new AbortController();
    const cancel = afterReading(clock, attemptTimeoutMs, () => timer.abort());
    try {
      const response = await transport.send({
        headers: HEADERS,
        body,
        signal: timer.signal,
      });
      return await heard(text, response, maxAnswerBytes(body));
    } catch (error) {
      throw timer.signal.aborted ? new AttemptError('timeout', 'the attempt took too long') : error;
    } finally {
      cancel();
    }
  }

  async function heard(text: string, response: AttemptResponse, maxBytes: number): Promise<Shout> {
    try {
      return verified(text, await readAnswer(response, { maxBytes, epochMs: clock.epochMs() }));
    } catch (error) {
      if (error instanceof AttemptError && isForeign(error)) response.closeConnection();
      throw error;
    }
  }

  function verified(text: string, { input, output }: { input: unknown; output: unknown }): Shout {
    const isEcho = input === undefined || input === text;
    const shout = isEcho && typeof output === 'string' ? verify(text, output) : undefined;
    if (shout !== undefined) return { text: shout, source: 'upstream', stored: false, collapsed: false };
    emit({ type: 'verification-failed', source: 'upstream' });
    throw new AttemptError('wrong', "the answer is not this text's");
  }
}

/** An answer that SHOUTCLOUD does not give may come from whoever has its old address now. */
function isForeign({ failure }: AttemptError): boolean {
  return failure === 'rejected' || failure === 'unreadable' || failure === 'wrong';
}

// SHOUTCLOUD compares the type byte for byte: "; charset=utf-8" gets a 400.
const HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

/** INPUT and OUTPUT with each byte escaped at worst, and some room for keys that we do not know. */
function maxAnswerBytes(body: string): number {
  return 2 * 6 * Buffer.byteLength(body) + 16_384;
}

function unreachable(cause: unknown): AttemptError {
  return new AttemptError('unreachable', 'no answer came', { cause });
}
