import type { Question, Worker, WorkerEnd } from '../../../src/workers/worker-link.ts';

export interface FakeWorker extends Worker {
  readonly drained: boolean;
  /** Whether it was asked to end at once. */
  readonly hurried: boolean;
  /** From now on it answers no question. */
  setStuck(): void;
  listen(): void;
  end(how?: Partial<WorkerEnd>): void;
}

/** Workers that the test controls; `drain` ends one with 0, `hurry` with 1, `kill` with SIGKILL. */
export function fakeWorkers(): { fork: () => FakeWorker; forked: FakeWorker[] } {
  const forked: FakeWorker[] = [];
  return {
    forked,
    fork() {
      const worker = fakeWorker(forked.length + 1);
      forked.push(worker);
      return worker;
    },
  };
}

function fakeWorker(pid: number): FakeWorker {
  const listening = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<WorkerEnd>();
  let isStuck = false;
  let drained = false;
  let hurried = false;
  return {
    pid,
    listening: listening.promise,
    ended: ended.promise,
    get drained() {
      return drained;
    },
    get hurried() {
      return hurried;
    },
    setStuck() {
      isStuck = true;
    },
    listen: listening.resolve,
    end: (how = {}) => ended.resolve({ code: null, signal: null, ...how }),
    ask: (question: Question) => (isStuck ? new Promise(() => {}) : Promise.resolve(`${question} of ${pid}`)),
    drain() {
      drained = true;
      if (!isStuck) ended.resolve({ code: 0, signal: null });
    },
    hurry() {
      hurried = true;
      if (!isStuck) ended.resolve({ code: 1, signal: null });
    },
    kill: () => ended.resolve({ code: null, signal: 'SIGKILL' }),
  };
}
