import type { World } from '../core/events.ts';
import type { Worker, WorkerEnd } from './forked-worker.ts';

/** A place for a worker, which is taken by a new one whenever the old one has ended. */
export interface WorkerPlace {
  /** Resolves when a worker serves; rejects if one ends by itself before. */
  start(): Promise<void>;
  /** The one that serves, if there is one right now. */
  serving(): Worker | undefined;
  /**
   * Has its worker drain, or end `now`, and takes no other; resolves when it has ended. Rejects if it had served and ended with
   * anything but 0: it lost answers.
   */
  drain(manner?: 'now'): Promise<void>;
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
/** One that does not serve after so long hangs in its start, which takes half a second of a free core. */
const START_PULSES = 20;
/** How long one that is still starting may take to end when it is asked to. */
const START_DRAIN_PULSES = 1;

/** `fork` starts one worker. Each end is told, with what it ended with. */
export function workerPlace(fork: () => Worker, { clock, emit }: World): WorkerPlace {
  const leaving = new AbortController();
  const started = Promise.withResolvers<void>();
  let worker: Worker | undefined;
  let isServing = false;
  let lastEnd: WorkerEnd | undefined;
  let kept: Promise<void> = Promise.resolve();

  return {
    async start() {
      kept = keep();
      await started.promise;
    },
    serving: () => (isServing ? worker : undefined),
    async drain(manner) {
      leaving.abort();
      const hasServed = isServing;
      if (manner === 'now') worker?.hurry();
      else worker?.drain();
      if (!hasServed && worker) void limitStart(worker, START_DRAIN_PULSES);
      await kept;
      if (hasServed && lastEnd?.code !== 0) throw new Error('a worker ended before everything was answered');
    },
    kill() {
      leaving.abort();
      isServing = false;
      worker?.kill();
    },
  };

  async function keep(): Promise<void> {
    let failures = 0;
    while (true) {
      const startedMs = clock.now();
      await live(fork());
      failures = clock.now() - startedMs < RECOVERED_MS ? failures + 1 : 1;
      await passes(Math.min(MOST_PAUSE_MS, LEAST_PAUSE_MS * 2 ** (failures - 1)), leaving.signal);
      if (leaving.signal.aborted) return;
    }
  }

  async function live(next: Worker): Promise<void> {
    const over = new AbortController();
    worker = next;
    const hung = limitStart(next, START_PULSES);
    void next.listening.then(() => {
      isServing = worker === next;
      started.resolve();
      emit({ type: 'worker-listening', pid: next.pid });
      return watch(next, over.signal);
    });
    const how = await next.ended;
    over.abort();
    worker = undefined;
    isServing = false;
    lastEnd = how;
    emit({ type: 'worker-ended', pid: next.pid, ...how, wasAsked: leaving.signal.aborted });
    // One that was killed because it hung gets a successor; one that ended by itself would end again.
    if (!(await hung)) started.reject(new Error(`a worker could not start: it ended with ${nameOf(how)}`));
  }

  /** Kills a worker that does not serve after so many turns of our own loop; resolves with whether it had to. */
  async function limitStart(next: Worker, pulses: number): Promise<boolean> {
    const over = new AbortController();
    void Promise.race([next.listening, next.ended]).then(() => over.abort());
    for (let pulse = 0; pulse < pulses; pulse++) {
      if (!(await passes(PULSE_MS, over.signal))) return false;
    }
    next.kill();
    return true;
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

  function passes(ms: number, signal: AbortSignal): Promise<boolean> {
    return clock.sleep(ms, signal).then(
      () => true,
      () => false,
    );
  }
}

function nameOf({ code, signal }: WorkerEnd): string {
  return signal ?? `exit code ${code}`;
}
