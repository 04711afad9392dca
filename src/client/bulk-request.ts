import { fieldsOf, textPieces } from './answer-text.ts';
import { TuohsClientError, type TuohsErrorCode } from './client-error.ts';
import type { Ask } from './service.ts';

/** The result of one text: the answer, or why there is none. */
export type BulkResult =
  | {
      readonly data: string;
      /** `local` if the service's own mapping answered, because SHOUTCLOUD did not. */
      readonly source?: 'local';
      readonly error?: undefined;
      readonly code?: undefined;
      readonly detail?: undefined;
    }
  | {
      readonly data?: undefined;
      readonly source?: undefined;
      readonly error: string;
      readonly code: TuohsErrorCode;
      /** What was wrong with this text, if the service knows more. */
      readonly detail?: string;
    };

export interface BulkRequestParts {
  readonly ask: Ask;
  readonly signal: AbortSignal;
  /** Called when the next result in order is known. */
  readonly onResult: () => void;
}

const MAX_TEXTS = 2000;
const MAX_BYTES = 262_144;
/** A text that fails with one of these codes is sent again. The pause is fixed, because a line has no `Retry-After`. */
const PASSING_CODES = new Set<unknown>(['OVERLOADED', 'UPSTREAM_UNREACHABLE', 'UPSTREAM_TIMEOUT']);
const LINES_PAUSE_MS = 1000;
const HEADERS = { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson' };
const encoder = new TextEncoder();

/** The texts of one request, and their results as far as they are known. */
export class BulkRequest {
  readonly texts: string[] = [];
  /** The size of the body. */
  bytes = 0;
  readonly #lines: string[] = [];
  readonly #results: (BulkResult | undefined)[] = [];
  #taken = 0;

  get isTaken(): boolean {
    return this.#taken === this.texts.length;
  }

  /** Adds the text and returns true, or false if the body would become too large. The first text can have any size. */
  add(text: string): boolean {
    if (this.texts.length === MAX_TEXTS) return false;
    const line = `{"data":${JSON.stringify(text)}}\n`;
    const bytes = encoder.encode(line).length;
    if (this.texts.length > 0 && this.bytes + bytes > MAX_BYTES) return false;
    this.texts.push(text);
    this.#lines.push(line);
    this.bytes += bytes;
    return true;
  }

  /** The next result in order, if it is known. */
  take(): BulkResult | undefined {
    const result = this.#results[this.#taken];
    if (result) this.#taken++;
    return result;
  }

  /** Asks for the texts from `from` up to `to`. Resolves when each has a result, which can be a failure. */
  async send(parts: BulkRequestParts, from = 0, to = this.texts.length): Promise<void> {
    const { ask, signal, onResult } = parts;
    /** The positions of the texts in the next attempt. */
    let open = Array.from({ length: to - from }, (_, i) => from + i);
    const passing = new Map<number, BulkResult>();
    const settle = (at: number, result: BulkResult) => {
      this.#results[at] ??= result;
      if (at === this.#taken) onResult();
    };
    const init = () => {
      passing.clear();
      return { method: 'POST', headers: HEADERS, body: pick(this.#lines, open).join('') };
    };
    const read = async (response: Response) => {
      await readResults(response, pick(this.texts, open), (index, result) => {
        const at = open[index] ?? from;
        if (PASSING_CODES.has(result.code)) passing.set(at, result);
        else settle(at, result);
      });
      if (passing.size === 0) return;
      open = [...passing.keys()];
      throw new TuohsClientError('OVERLOADED', 'some texts failed', { retryAfterMs: LINES_PAUSE_MS });
    };
    try {
      await ask({ path: 'v1/bulk', init, read }, signal);
    } catch (error) {
      if (!(error instanceof TuohsClientError)) throw error;
      if (error.status === 413 && open.length > 1) return this.#sendHalves(parts, from, to);
      const { message, code, detail } = error;
      const result = { error: message, code, ...(detail !== undefined && { detail }) };
      for (const at of open) settle(at, passing.get(at) ?? result);
    }
  }

  /** Sends the texts in two requests, because the service or a proxy can have a lower limit for bodies than the default. */
  async #sendHalves(parts: BulkRequestParts, from: number, to: number): Promise<void> {
    const middle = Math.ceil((from + to) / 2);
    await this.send(parts, from, middle);
    await this.send(parts, middle, to);
  }
}

function pick<T>(list: readonly T[], places: readonly number[]): T[] {
  return places.flatMap((at) => list.slice(at, at + 1));
}

/**
 * Reads one line for each text and hands its result to `settle`. Throws `NETWORK` if a line is missing, surplus or
 * broken, because then it is unknown which line belongs to which text. So most results are settled only after all lines
 * were counted. Only a result that cannot belong to a different text is settled at once.
 */
async function readResults(
  response: Response,
  texts: readonly string[],
  settle: (index: number, result: BulkResult) => void,
): Promise<void> {
  const results: BulkResult[] = [];
  // A JSON writer can need six bytes for each UTF-16 unit (`\u00e4`). 1024 bytes are enough for the sentences of an error.
  const maxBytes = texts.reduce((sum, { length }) => sum + 6 * length + 1024, 0);
  for await (const lines of linesOf(response, maxBytes)) {
    for (const line of lines) take(line);
  }
  if (results.length < texts.length) throw garbled(`${results.length} of ${texts.length} lines`);
  for (const [i, result] of results.entries()) settle(i, result);

  function take(line: string): void {
    const text = texts[results.length];
    if (text === undefined) throw garbled(`more lines than the ${texts.length} of the request`);
    const result = resultOf(line);
    if (!result)
      throw results.length === 0 ? foreign(response) : garbled(`line ${results.length + 1} is broken`);
    if (isPlainlyOf(text, result)) settle(results.length, result);
    results.push(result);
  }
}

async function* linesOf(response: Response, maxBytes: number): AsyncGenerator<string[], void, undefined> {
  let rest = '';
  for await (const piece of textPieces(response, maxBytes)) {
    const lines = piece.split('\n');
    lines[0] = rest + lines[0];
    rest = lines.pop() ?? '';
    yield lines.filter((line) => line !== '');
  }
  if (rest !== '') throw garbled('the last line has no end');
}

function resultOf(line: string): BulkResult | undefined {
  const { data, source, error, code, detail } = fieldsOf(line);
  if (typeof data === 'string') return source === 'local' ? { data, source } : { data };
  if (typeof error !== 'string' || typeof code !== 'string') return undefined;
  return typeof detail === 'string' ? { error, code, detail } : { error, code };
}

// Latin, Greek, Cyrillic, kana and Chinese characters that never combine with a neighbour, so they are reversed one by one.
const PLAIN = /^[ -~\xa0-\u02ff\u0370-\u0482\u048a-\u052f\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]*$/;

/** Whether only this text can have this answer. Equal lengths exclude letters such as `ß`, whose upper case is longer. */
function isPlainlyOf(text: string, { data }: BulkResult): boolean {
  if (data?.length !== text.length || !PLAIN.test(text)) return false;
  return data === text.split('').reverse().join('').toUpperCase();
}

function garbled(what: string): TuohsClientError {
  return new TuohsClientError('NETWORK', `the answer did not arrive whole: ${what}`);
}

function foreign({ status }: Response): TuohsClientError {
  return new TuohsClientError('BAD_ANSWER', 'the answer is not that of tuohs', { status });
}
