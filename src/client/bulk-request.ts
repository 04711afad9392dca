import { bulkLines, bulkResults } from './bulk-lines.ts';
import { TuohsClientError } from './client-error.ts';
import { Queue } from './queue.ts';
import type { Service } from './service.ts';
import type { BulkResult, Slot, TextWindow, WindowLimits } from './text-window.ts';

export interface BulkRequestParts {
  readonly service: Service;
  readonly window: TextWindow;
  readonly signal: AbortSignal;
  /** Told of each answer. */
  readonly onProgress: () => void;
}

/** How a request ended: with these texts unanswered, for this reason; or with none. */
export interface Unanswered {
  readonly slots: readonly Slot[];
  readonly error: TuohsClientError;
}

/** What travels in one piece: a request of its own, or a write on an open one. */
export const PIECE: WindowLimits = { texts: 1024, units: 65_536 };

// The last line of a service that shuts down has this code and is no answer to a text.
const GOODBYE = 'OVERLOADED';

// Some proxies pass a request on only once it has ended, and no server lets one stay idle for long.
const IDLE_MS = 250;

/** Sends one piece as a request of its own. */
export async function shortRequest(parts: BulkRequestParts): Promise<Unanswered | undefined> {
  const asked = new Queue<Slot>();
  const piece = takeInto(asked, parts.window);
  if (piece.length === 0) return undefined;
  const error = await exchange({ body: bulkLines(piece) }, asked, parts);
  return unansweredOf(asked, error);
}

/** Sends texts for as long as they keep coming, and reads the answers meanwhile. */
export async function longRequest(parts: BulkRequestParts): Promise<Unanswered | undefined> {
  const asked = new Queue<Slot>();
  const piece = takeInto(asked, parts.window);
  if (piece.length === 0) return undefined;
  const over = new AbortController();
  const error = await exchange(streamed(piece, takeMore), asked, parts);
  over.abort();
  return unansweredOf(asked, error);

  async function takeMore(): Promise<readonly Slot[]> {
    await parts.window.somethingToSend(IDLE_MS);
    return over.signal.aborted ? [] : takeInto(asked, parts.window);
  }
}

function takeInto(asked: Queue<Slot>, window: TextWindow): readonly Slot[] {
  const slots = window.takeUnsent(PIECE);
  for (const slot of slots) asked.push(slot);
  return slots;
}

function unansweredOf(
  asked: Queue<Slot>,
  error = new TuohsClientError('NETWORK', 'the answer ended too early'),
): Unanswered | undefined {
  const slots: Slot[] = [];
  for (let slot = asked.shift(); slot !== undefined; slot = asked.shift()) slots.push(slot);
  return slots.length > 0 ? { slots, error } : undefined;
}

/** A body that begins with these texts and ends when there are no more. */
function streamed(first: readonly Slot[], takeMore: () => Promise<readonly Slot[]>) {
  const encoder = new TextEncoder();
  let isFirst = true;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const slots = isFirst ? first : await takeMore();
        isFirst = false;
        if (slots.length > 0) controller.enqueue(encoder.encode(bulkLines(slots)));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return { body, duplex: 'half' as const };
}

/** Settles what is answered, in order, and takes it out of `asked`. Resolves with the reason where the request failed. */
async function exchange(
  init: RequestInit,
  asked: Queue<Slot>,
  { service, window, signal, onProgress }: BulkRequestParts,
): Promise<TuohsClientError | undefined> {
  const headers = { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson' };
  const question = { path: 'v1/bulk', init: { method: 'POST', headers, ...init }, read: settleAll };
  try {
    await service.askOnce(question, signal);
    return undefined;
  } catch (error) {
    if (error instanceof TuohsClientError) return error;
    throw error;
  }

  async function settleAll({ body }: Response): Promise<void> {
    let goodbye: BulkResult | undefined;
    for await (const results of body ? bulkResults(body) : []) {
      for (const result of results) {
        if (goodbye) settleNext(goodbye);
        goodbye = result.code === GOODBYE ? result : undefined;
        if (!goodbye) settleNext(result);
      }
    }
    if (goodbye?.code) throw new TuohsClientError(goodbye.code, goodbye.error);
  }

  function settleNext(result: BulkResult): void {
    const slot = asked.shift();
    if (slot === undefined)
      throw new TuohsClientError('BAD_ANSWER', 'more answers came than texts were sent');
    window.settle(slot, result);
    onProgress();
  }
}
