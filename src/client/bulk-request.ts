import { type BulkResult, readResults } from './bulk-answer.ts';
import { TuohsClientError } from './client-error.ts';
import type { Ask } from './service.ts';

export interface BulkRequestParts {
  readonly ask: Ask;
  readonly signal: AbortSignal;
  /** Called when the next result in order is known. */
  readonly onResult: () => void;
}

const MAX_TEXTS = 2000;
const MAX_BYTES = 262_144;
const HEADERS = { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson' };
const encoder = new TextEncoder();

/** Texts that travel together, and their results as far as they are known. */
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

  /** Adds the text and returns true, or false if the body would become too large. The first text may have any size. */
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

  /** Asks for the texts from `from` up to `to`. Resolves when each has a result; a failure is one, too. */
  async send(parts: BulkRequestParts, from = 0, to = this.texts.length): Promise<void> {
    const { ask, signal, onResult } = parts;
    const settle = (index: number, result: BulkResult) => {
      this.#results[from + index] ??= result;
      if (from + index === this.#taken) onResult();
    };
    const read = (response: Response) => readResults(response, this.texts.slice(from, to), settle);
    const body = this.#lines.slice(from, to).join('');
    try {
      await ask({ path: 'v1/bulk', init: { method: 'POST', headers: HEADERS, body }, read }, signal);
    } catch (error) {
      if (!(error instanceof TuohsClientError)) throw error;
      if (error.status === 413 && to - from > 1) return this.#sendHalves(parts, from, to);
      const { message, code, detail } = error;
      const result = { error: message, code, ...(detail !== undefined && { detail }) };
      for (let i = 0; i < to - from; i++) settle(i, result);
    }
  }

  /** A service, or a proxy in front of it, may be set to accept smaller bodies than ours does by default. */
  async #sendHalves(parts: BulkRequestParts, from: number, to: number): Promise<void> {
    const middle = Math.ceil((from + to) / 2);
    await this.send(parts, from, middle);
    await this.send(parts, middle, to);
  }
}
