import type { World } from '../core/events.ts';
import type { Worker } from './forked-worker.ts';

/** A place for a worker, which is taken by a new one whenever the old one has ended. */
export interface WorkerPlace {
  /** Resolves when its first worker serves; rejects where that ends before. */
  start(): Promise<void>;
  /** The one that serves, if there is one right now. */
  serving(): Worker | undefined;
  /** Has its worker drain, and takes no other; resolves when it has ended. */
  drain(): Promise<void>;
  /** The same without waiting for anything. */
  kill(): void;
}

/** A worker that ends sooner has not recovered: the pause before the next one grows. */
const RECOVERED_MS = 10_000;
const LEAST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 5000;
/** One that does not answer for so long is stuck, and would keep its share of the connections for ever. */
const PULSE_MS = 1000;
const STUCK_PULSES = 10;

/** `fork` starts one worker. Each end is told, with what it ended with. */
export function workerPlace(fork: () => Worker, { clock, emit }: World): WorkerPlace {
  const leaving = new AbortController();
  let worker: Worker | undefined;
  let isServing = false;
  let kept: Promise<void> = Promise.resolve();

  return {
    async start() {
      const first = fork();
      kept = keep(first);
      const ended = first.ended.then(({ code, signal }) => {
        throw new Error(`a worker could not start: it ended with ${signal ?? `exit code ${code}`}`);
      });
      await Promise.race([first.listening, ended]);
    },
    serving: () => (isServing ? worker : undefined),
    async drain() {
      leaving.abort();
      worker?.drain();
      await kept;
    },
    kill() {
      leaving.abort();
      worker?.kill();
    },
  };

  async function keep(first: Worker): Promise<void> {
    let failures = 0;
    for (let next = first; ; next = fork()) {
      const startedMs = clock.now();
      await live(next);
      failures = clock.now() - startedMs < RECOVERED_MS ? failures + 1 : 1;
      await pause(Math.min(MOST_PAUSE_MS, LEAST_PAUSE_MS * 2 ** (failures - 1)));
      if (leaving.signal.aborted) return;
    }
  }

  async function live(next: Worker): Promise<void> {
    const over = new AbortController();
    worker = next;
    void next.listening.then(() => {
      isServing = worker === next;
      emit({ type: 'worker-listening', pid: next.pid });
      return watch(next, over.signal);
    });
    const how = await next.ended;
    over.abort();
    worker = undefined;
    isServing = false;
    emit({ type: 'worker-ended', pid: next.pid, ...how, wasAsked: leaving.signal.aborted });
  }

  /** Counts turns of our own loop, not time: a machine that stood still does not make its workers stuck. */
  async function watch(next: Worker, over: AbortSignal): Promise<void> {
    let silent = 0;
    let isHeard = true;
    while (await passes(PULSE_MS, over)) {
      silent = isHeard ? 0 : silent + 1;
      if (silent >= STUCK_PULSES) return next.kill();
      if (isHeard) void next.ask('pulse').then(() => (isHeard = true));
      isHeard = false;
    }
  }

  async function pause(ms: number): Promise<void> {
    await passes(ms, leaving.signal);
  }

  function passes(ms: number, signal: AbortSignal): Promise<boolean> {
    return clock.sleep(ms, signal).then(
      () => true,
      () => false,
    );
  }
}
