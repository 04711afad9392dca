import { AttemptError } from '../core/errors.ts';
import type { AttemptResponse } from './http-transport.ts';

/** What SHOUTCLOUD answered, not verified yet. */
export interface ShoutcloudAnswer {
  readonly input: unknown;
  readonly output: unknown;
}

export interface AnswerLimits {
  /** The most bytes of the body. A longer one is unreadable. */
  readonly maxBytes: number;
  /** The time now, for a Retry-After that is a date. */
  readonly epochMs: number;
}

/** Reads a response to its end, or destroys it. Throws an `AttemptError` for anything that is not an answer. */
export async function readAnswer(
  { statusCode, headers, body }: AttemptResponse,
  { maxBytes, epochMs }: AnswerLimits,
): Promise<ShoutcloudAnswer> {
  if (statusCode !== 200) {
    await discard(body, maxBytes);
    throw statusError(statusCode, retryAfterMs(headers['retry-after'], epochMs));
  }
  return parseAnswer(await readText(body, maxBytes));
}

function statusError(status: number, pauseMs: number | undefined): AttemptError {
  const message = `the answer has status ${status}`;
  const options = pauseMs === undefined ? {} : { retryAfterMs: pauseMs };
  if (status === 429) return new AttemptError('throttled', message, options);
  if (status === 408 || status >= 500) return new AttemptError('server_error', message, options);
  return new AttemptError('rejected', message);
}

/** Reads a short body, so that its connection can be used again. */
async function discard(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<void> {
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > maxBytes) return;
    }
  } catch {
    // The status decides. How the body ends changes nothing.
  }
}

/** Leaving the loop destroys the body and its connection. A byte order mark is kept, which makes the text no JSON. */
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

function parseAnswer(json: string): ShoutcloudAnswer {
  const answer = parseObject(json);
  if (json.match(OUTPUT_KEYS)?.length !== 1)
    throw new AttemptError('wrong', 'the answer has no single OUTPUT');
  return { input: answer.INPUT, output: answer.OUTPUT };
}

// A quote inside a JSON string is escaped, so this matches keys only. With two OUTPUTs, neither can be trusted.
const OUTPUT_KEYS = /"OUTPUT"\s*:/g;

/** Drops the parser's own error, because its message quotes the text. */
function parseObject(json: string): { INPUT?: unknown; OUTPUT?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new AttemptError('unreadable', 'the answer is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AttemptError('unreadable', 'the answer is not a JSON object');
  }
  return value;
}

// The limits of a pause that the upstream can ask for.
const LEAST_MS = 1000;
const MOST_MS = 60_000;

/**
 * The pause that a Retry-After header (RFC 9110 §10.2.3: seconds or an HTTP date) asks for, limited to 1…60 s.
 * `undefined` if it makes no sense or has passed.
 */
export function retryAfterMs(header: string | string[] | undefined, epochMs: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const ms = waitMs(header.trim(), epochMs);
  return ms > 0 ? Math.min(Math.max(ms, LEAST_MS), MOST_MS) : undefined;
}

function waitMs(value: string, epochMs: number): number {
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  if (/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(value))
    return Date.parse(value.endsWith('GMT') ? value : `${value} GMT`) - epochMs;
  return Number.NaN;
}
