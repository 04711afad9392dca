import { afterReading } from '../core/clock.ts';
import { AttemptError, type AttemptFailure } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Shout, Shouter } from '../core/shouter.ts';
import type { AttemptResponse, Transport } from './http-transport.ts';

export interface ShoutcloudOptions {
  readonly attemptTimeoutMs: number;
  /** Returns `output` if it is the upper case of `text`, else `undefined`. */
  readonly verify: (text: string, output: string) => string | undefined;
}

/**
 * Makes one attempt for each call, and verifies the answer. A timer ends the attempt after `attemptTimeoutMs`. The attempt
 * goes on when its callers leave, because its answer is worth storing. Fails with an `AttemptError`.
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
      // If the answer has an error status and only its body is late, the error is that of the status, not a time-out.
      const isLate = timer.signal.aborted && !(error instanceof AttemptError);
      throw isLate ? new AttemptError('timeout', 'the attempt took too long') : error;
    } finally {
      cancel();
    }
  }

  async function read(text: string, response: AttemptResponse, maxBytes: number): Promise<Shout> {
    try {
      return verified(text, await readAnswer(response, { maxBytes, epochMs: clock.epochMs() }));
    } catch (error) {
      if (error instanceof AttemptError && FOREIGN.has(error.failure)) response.closeConnection();
      throw error;
    }
  }

  function verified(text: string, { INPUT: input, OUTPUT: output }: Answer): Shout {
    const isEcho = input === undefined || input === text;
    const shout = isEcho && typeof output === 'string' ? verify(text, output) : undefined;
    if (shout !== undefined) return { text: shout, source: 'upstream', stored: false, collapsed: false };
    emit({ type: 'verification-failed', source: 'upstream' });
    throw new AttemptError('wrong', 'the answer does not belong to the text');
  }
}

/** An answer that is not verified yet. */
interface Answer {
  readonly INPUT?: unknown;
  readonly OUTPUT?: unknown;
}

/** SHOUTCLOUD itself never causes these failures. After one, its host name or address probably belongs to another server. */
const FOREIGN = new Set<AttemptFailure>(['rejected', 'unreadable', 'wrong']);

// SHOUTCLOUD compares the content type byte for byte, so "; charset=utf-8" after it would get a 400.
const HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

/** The maximum size of an answer, in bytes: INPUT and OUTPUT with each byte escaped, and some room for unknown keys. */
function maxAnswerBytes(body: string): number {
  return 2 * 6 * Buffer.byteLength(body) + 16_384;
}

function asAttemptError(error: unknown): AttemptError {
  if (error instanceof AttemptError) return error;
  return new AttemptError('unreachable', 'no answer came', { cause: error });
}

/** Reads a response to its end, or destroys its connection. Throws an `AttemptError` if the response is not an answer. */
async function readAnswer(
  { statusCode, headers, body }: AttemptResponse,
  { maxBytes, epochMs }: { maxBytes: number; epochMs: number },
): Promise<Answer> {
  if (statusCode === 200) return parseAnswer(await readText(body, maxBytes));
  // A short body is read to its end, so that its connection can be used again. If reading fails, the error is still that of the status.
  await readText(body, maxBytes).catch(() => {});
  throw statusError(statusCode, retryAfterMs(headers['retry-after'], epochMs));
}

function statusError(status: number, pauseMs: number | undefined): AttemptError {
  const message = `the answer has status ${status}`;
  const options = pauseMs === undefined ? {} : { retryAfterMs: pauseMs };
  if (status === 429) return new AttemptError('throttled', message, options);
  if (status === 408 || status >= 500) return new AttemptError('server_error', message, options);
  return new AttemptError('rejected', message);
}

/** Leaving the loop early destroys the connection. A byte order mark is kept, so that the answer counts as invalid JSON. */
async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new AttemptError('unreadable', `the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

// A quote inside a JSON string is escaped, so this matches keys only. If there are two OUTPUT keys, neither can be trusted.
const OUTPUT_KEYS = /"OUTPUT"\s*:/g;

/** Drops the parser's own error, because its message quotes the text. */
function parseAnswer(json: string): Answer {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new AttemptError('unreadable', 'the answer is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AttemptError('unreadable', 'the answer is not a JSON object');
  }
  if (json.match(OUTPUT_KEYS)?.length === 1) return value;
  throw new AttemptError('wrong', 'the answer has no single OUTPUT');
}

// A `Retry-After` outside these limits counts as the nearer limit.
const LEAST_PAUSE_MS = 1000;
const MOST_PAUSE_MS = 60_000;

/**
 * The pause that a Retry-After header (RFC 9110 §10.2.3: seconds or an HTTP date) asks for, limited to 1…60 s.
 * `undefined` if the header cannot be read, or its time has passed.
 */
export function retryAfterMs(header: string | string[] | undefined, epochMs: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const ms = waitMs(header.trim(), epochMs);
  return ms > 0 ? Math.min(Math.max(ms, LEAST_PAUSE_MS), MOST_PAUSE_MS) : undefined;
}

function waitMs(value: string, epochMs: number): number {
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  if (/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(value))
    return Date.parse(value.endsWith('GMT') ? value : `${value} GMT`) - epochMs;
  return Number.NaN;
}
