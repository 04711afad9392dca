import type { Worker, WorkerEnd } from '../../../src/workers/worker-link.ts';

/** A worker that the test controls. `drain` ends it with 0, `hurry` with 1, and `kill` with SIGKILL. */
export interface FakeWorker extends Worker {
  /** What it was asked to do, in order. */
  readonly orders: ('drain' | 'hurry')[];
  /** If true, the worker answers no question and follows no order. */
  isStuck: boolean;
  listen(): void;
  end(how: Partial<WorkerEnd>): void;
}

/** `fork` starts a worker. `nth` returns the first, the second, and so on. */
export function fakeWorkers() {
  const forked: FakeWorker[] = [];
  const nth = (number: number) => forked[number - 1] ?? fakeWorker(0);
  const fork = () => nth(forked.push(fakeWorker(forked.length + 1)));
  return { fork, forked, nth };
}

function fakeWorker(pid: number): FakeWorker {
  const listening = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<WorkerEnd>();
  const end = (how: Partial<WorkerEnd>) => ended.resolve({ code: null, signal: null, ...how });
  const obey = (order: 'drain' | 'hurry', code: number) => {
    worker.orders.push(order);
    if (!worker.isStuck) end({ code });
  };
  const worker: FakeWorker = {
    ...{ pid, isStuck: false, orders: [], end },
    listening: listening.promise,
    ended: ended.promise,
    listen: listening.resolve,
    ask: async (question) => (worker.isStuck ? new Promise(() => {}) : `${question} of ${pid}`),
    drain: () => obey('drain', 0),
    hurry: () => obey('hurry', 1),
    kill: () => end({ signal: 'SIGKILL' }),
  };
  return worker;
}
