import { afterReading } from '../core/clock.ts';
import { AttemptError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Shout, Shouter } from '../core/shouter.ts';
import type { AttemptResponse, Transport } from './http-transport.ts';
import { readAnswer } from './shoutcloud-answer.ts';

export interface ShoutcloudOptions {
  readonly attemptTimeoutMs: number;
  /** Returns `output` if it is the upper case of `text`, else `undefined`. */
  readonly verify: (text: string, output: string) => string | undefined;
}

/**
 * Asks SHOUTCLOUD once for each call and verifies the answer. An attempt ends within `attemptTimeoutMs` by a timer of its
 * own. It goes on when its callers leave, because its answer is worth storing. Fails with `AttemptError`.
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
        const failed = asAttemptError(error);
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
      const response = await transport.send({ headers: HEADERS, body, signal: timer.signal });
      return await read(text, response, maxAnswerBytes(body));
    } catch (error) {
      throw timer.signal.aborted ? new AttemptError('timeout', 'the attempt took too long') : error;
    } finally {
      cancel();
    }
  }

  async function read(text: string, response: AttemptResponse, maxBytes: number): Promise<Shout> {
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

/** Whether SHOUTCLOUD never answers like this. Then another server can have its old address now. */
function isForeign({ failure }: AttemptError): boolean {
  return failure === 'rejected' || failure === 'unreadable' || failure === 'wrong';
}

// SHOUTCLOUD compares the type byte for byte, so "; charset=utf-8" would get a 400.
const HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

/** INPUT and OUTPUT with each byte escaped, and some room for unknown keys. */
function maxAnswerBytes(body: string): number {
  return 2 * 6 * Buffer.byteLength(body) + 16_384;
}

function asAttemptError(error: unknown): AttemptError {
  if (error instanceof AttemptError) return error;
  return new AttemptError('unreachable', 'no answer came', { cause: error });
}
