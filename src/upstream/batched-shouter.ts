import { AttemptError, TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Call, Shout, Shouter } from '../core/shouter.ts';
import { type Batch, callOf, type Item, nextBatch, Pace, roomOf } from './batch.ts';
import type { Gate } from './gated-shouter.ts';
import type { RetryBudget } from './retried-shouter.ts';

export interface BatchOptions {
  readonly maxItems: number;
  readonly gate: Gate;
  readonly budget: RetryBudget;
  /** Whether the breaker is closed. If not, a failed batch is not halved, because its halves could be refused. */
  readonly isWorthwhile: () => boolean;
}

/**
 * Joins texts into one call. This works because the upper case of joined texts is their upper cases, joined. While the
 * gate is open, all texts of one turn of the event loop are sent together. While it is closed, texts wait in a queue. A
 * failed batch is halved until the bad text is alone.
 */
export function batchedShouter(
  inner: Shouter,
  { maxItems, gate, budget, isWorthwhile }: BatchOptions,
  { clock, emit }: World,
): Shouter & { queued(): number } {
  const queue: Item[] = [];
  let queuedRoom = 0;
  const pace = new Pace(clock);
  let isScheduled = false;
  gate.onChange(schedule);

  return {
    queued: () => queue.length,
    shout(text, call) {
      if (call.signal.aborted) return Promise.reject(call.signal.reason);
      if (!gate.outlasts(call) && waitsTooLong(text, call)) return Promise.reject(overloaded());
      return new Promise<Shout>((resolve, reject) => enqueue({ text, call, resolve, reject }));
    },
  };

  /** Whether the estimated wait exceeds half of the time that the caller has after a pause. A late answer would only delay other texts. */
  function waitsTooLong(text: string, { deadline }: Call): boolean {
    const waitMs = pace.waitMs(queuedRoom + roomOf(text.length, maxItems));
    return waitMs > (deadline - clock.now() - gate.pauseMs) / 2;
  }

  function overloaded(): TuohsError {
    emit({ type: 'shed', reason: 'misses' });
    return new TuohsError('OVERLOADED', 'more texts wait than the upstream can answer in time');
  }

  function enqueue(item: Item): void {
    queue.push(item);
    queuedRoom += roomOf(item.text.length, maxItems);
    budget.earn();
    item.call.signal.addEventListener('abort', () => drop(item));
    schedule();
  }

  /** Removes a text that was not sent yet. A text that was already sent stays, because its answer is worth storing. */
  function drop(item: Item): void {
    const at = queue.indexOf(item);
    if (at < 0) return;
    remove(at, 1);
    item.reject(item.call.signal.reason);
  }

  /** Returns the room that the removed texts take in a batch. */
  function remove(at: number, count: number): number {
    const room = queue.splice(at, count).reduce((sum, { text }) => sum + roomOf(text.length, maxItems), 0);
    queuedRoom -= room;
    // Without the reset, idle time would count as time between two batches, and texts would be refused for no reason.
    if (queue.length === 0) pace.reset();
    return room;
  }

  /** Sends the queue at the end of this turn of the event loop, so that the texts of this turn are sent together. */
  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    clock.soon(() => {
      isScheduled = false;
      sendQueued();
    });
  }

  /** `send` takes its slot at the gate before its first `await`. So the loop ends as soon as the gate has no free slot. */
  function sendQueued(): void {
    if (gate.pauseMs > 0) refuseOutlasted();
    while (queue.length > 0 && gate.isOpen) {
      const batch = nextBatch(queue, maxItems);
      const room = remove(0, batch.items.length);
      if (queue.length > 0) pace.batchLeft(room);
      void send(batch);
    }
  }

  /** Passes on each text whose deadline comes before the end of the pause. The gate refuses such a text at once. */
  function refuseOutlasted(): void {
    for (const item of queue.filter(({ call }) => gate.outlasts(call))) {
      remove(queue.indexOf(item), 1);
      void send(nextBatch([item], 1));
    }
  }

  async function send(batch: Batch, parentFailure?: AttemptError): Promise<void> {
    const { items, text } = batch;
    try {
      batch.resolve(await inner.shout(text, callOf(items)));
      emit({ type: 'batch', texts: items.length });
    } catch (error) {
      if (!(error instanceof AttemptError)) return rejectAll(items, parentFailure ?? error);
      emit({ type: 'batch', texts: items.length });
      if (items.length > 1 && isWorthwhile()) halve(items, error);
      else rejectAll(items, error);
    }
  }

  /**
   * Each half costs a token of the retry budget. But if a text is the likely cause of the failure, the first half is free. Free
   * halves never cost more than batching saved: a batch of n texts saves n − 1 attempts, and at most n − 1 splits isolate each text.
   */
  function halve(items: readonly Item[], failure: AttemptError): void {
    const middle = Math.ceil(items.length / 2);
    let isFree = failure.isAboutText;
    for (const half of [items.slice(0, middle), items.slice(middle)]) {
      const wanted = half.filter(({ call }) => !call.signal.aborted);
      rejectAll(
        half.filter(({ call }) => call.signal.aborted),
        failure,
      );
      if (wanted.length === 0) continue;
      if (isFree || budget.spend()) void send(nextBatch(wanted, wanted.length), failure);
      else rejectAll(wanted, failure);
      isFree = false;
    }
  }
}

function rejectAll(items: readonly Item[], reason: unknown): void {
  for (const item of items) item.reject(reason);
}
