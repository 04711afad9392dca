import { AttemptError, TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Call, Shout, Shouter } from '../core/shouter.ts';
import { type Batch, callOf, type Item, nextBatch } from './batch.ts';
import type { Gate } from './gate.ts';
import { Pace } from './pace.ts';
import type { RetryBudget } from './retry-budget.ts';

export interface BatchOptions {
  /** Strings in a batch at most. */
  readonly maxItems: number;
  readonly gate: Gate;
  readonly budget: RetryBudget;
  /** Whether the halves of a failed batch have a chance of being let through. */
  readonly isWorthwhile: () => boolean;
}

/**
 * Sends a string in this turn of the event loop while the gate is open; while it is shut, gathers strings and then
 * sends as many as fit in one call, for upper-casing distributes over joining. A batch that fails is halved until the
 * bad string is alone.
 */
export function batchedShouter(
  inner: Shouter,
  { maxItems, gate, budget, isWorthwhile }: BatchOptions,
  { clock, emit }: World,
): Shouter & { queued(): number } {
  const queue: Item[] = [];
  const pace = new Pace(clock);
  let isScheduled = false;
  gate.onChange(() => {
    // What leaves after a pause says nothing about the upstream's pace.
    if (gate.pauseMs > 0) pace.reset();
    schedule();
  });

  return {
    queued: () => queue.length,
    shout(text, call) {
      if (call.signal.aborted) return Promise.reject(call.signal.reason);
      if (isHopeless(call)) return Promise.reject(tooManyWait());
      return new Promise<Shout>((resolve, reject) => enqueue({ text, call, resolve, reject }));
    },
  };

  /** Who would wait for half its time in the queue is refused now: late answers would cost others theirs. */
  function isHopeless({ deadline }: Call): boolean {
    const waitMs = pace.waitMs(Math.ceil((queue.length + 1) / maxItems));
    return waitMs > (deadline - clock.now()) / 2;
  }

  function tooManyWait(): TuohsError {
    emit({ type: 'shed', reason: 'misses' });
    return new TuohsError('OVERLOADED', 'more strings wait than the upstream can answer in time');
  }

  function enqueue(item: Item): void {
    const { signal } = item.call;
    queue.push(item);
    budget.earn();
    // Nobody waits for it, so it is not sent. Once sent, its answer is worth having.
    signal.addEventListener('abort', () => drop(item));
    schedule();
  }

  function drop(item: Item): void {
    const at = queue.indexOf(item);
    if (at < 0) return;
    queue.splice(at, 1);
    // The time until the next string comes is not the time that a batch takes.
    if (queue.length === 0) pace.reset();
    item.reject(item.call.signal.reason);
  }

  /** Strings that arrived in the same turn of the event loop travel together. */
  function schedule(): void {
    if (isScheduled || queue.length === 0) return;
    isScheduled = true;
    clock.soon(() => {
      isScheduled = false;
      sendWhatCanGo();
    });
  }

  /** A call takes its place at the gate before `send` first waits, so the loop sees the gate shut again. */
  function sendWhatCanGo(): void {
    if (gate.pauseMs > 0) sendThoseInVain();
    while (queue.length > 0 && gate.isOpen) {
      const batch = nextBatch(queue, maxItems);
      queue.splice(0, batch.items.length);
      if (queue.length > 0) pace.left();
      else pace.reset();
      void send(batch);
    }
  }

  /** Those whose time ends within the pause are refused at the gate now. */
  function sendThoseInVain(): void {
    for (const item of queue.filter(({ call }) => gate.isShutFor(call))) {
      queue.splice(queue.indexOf(item), 1);
      void send(nextBatch([item], 1));
    }
  }

  async function send(batch: Batch, parentFailure?: AttemptError): Promise<void> {
    const { items, text } = batch;
    try {
      batch.resolve(await inner.shout(text, callOf(items)));
      emit({ type: 'batch', strings: items.length });
    } catch (error) {
      if (!(error instanceof AttemptError)) return rejectAll(items, parentFailure ?? error);
      emit({ type: 'batch', strings: items.length });
      if (items.length > 1 && isWorthwhile()) halve(items, error);
      else rejectAll(items, error);
    }
  }

  function halve(items: readonly Item[], failure: AttemptError): void {
    const middle = Math.ceil(items.length / 2);
    for (const half of [items.slice(0, middle), items.slice(middle)]) {
      const wanted = half.filter(({ call }) => !call.signal.aborted);
      rejectAll(
        half.filter(({ call }) => call.signal.aborted),
        failure,
      );
      if (wanted.length === 0) continue;
      if (budget.spend()) void send(nextBatch(wanted, wanted.length), failure);
      else rejectAll(wanted, failure);
    }
  }
}

function rejectAll(items: readonly Item[], reason: unknown): void {
  for (const item of items) item.reject(reason);
}
