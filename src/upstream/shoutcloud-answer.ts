import { AttemptError } from '../core/errors.ts';
import { retryAfterMs } from './retry-after.ts';
import type { AttemptResponse } from './transport.ts';

/** What SHOUTCLOUD says. Whether it is true is for verification to find out. */
export interface ShoutcloudAnswer {
  readonly input: unknown;
  readonly output: unknown;
}

export interface AnswerLimits {
  /** Of the body; one byte more is unreadable. */
  readonly maxBytes: number;
  /** The wall clock, for a Retry-After that is a date. */
  readonly epochMs: number;
}

/** Reads a response to its end, or destroys it. Throws an `AttemptError` that classifies whatever is not an answer. */
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

/** A short body is read, so that its connection can be used again. How it ends changes nothing. */
async function discard(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<void> {
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > maxBytes) return;
    }
  } catch {
    // The status is all there is to know.
  }
}

/** Leaving the loop destroys the body and its connection. A byte order mark stays, and so is not JSON. */
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

// A quote inside a JSON string is escaped, so this finds keys and nothing else. Of two OUTPUTs neither can be trusted.
const OUTPUT_KEYS = /"OUTPUT"\s*:/g;

/** The parser's own error is not kept as the cause, for its message quotes the text. */
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
