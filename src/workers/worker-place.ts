import type { World } from '../core/events.ts';
import type { Worker, WorkerEnd } from './worker-link.ts';

/** A slot for one worker. When the worker ends, another one takes its place. */
export interface WorkerPlace {
  /** Resolves when a worker serves; rejects if one ends by itself before. */
  start(): Promise<void>;
  /** The current worker if it serves. */
  serving(): Worker | undefined;
  /**
   * Asks its worker to drain, or to end `now`, and starts no other. Resolves when it has ended. Rejects if it had served and
   * ended with another code than 0, because then it lost answers.
   */
  drain(manner?: 'now'): Promise<void>;
  /** Kills its worker and starts no other. */
  kill(): void;
}

/** If a worker ends sooner than this, the pause before the next one grows. */
const RECOVERED_MS = 10_000;
const LEAST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 5000;
// A worker that does not answer for this long is stuck. It would keep its share of the connections forever.
const PULSE_MS = 1000;
const STUCK_PULSES = 10;
/** A worker that does not serve after this long hangs. A start takes half a second on a free core. */
const START_PULSES = 20;
/** How long a worker that is still starting can take to end. */
const START_DRAIN_PULSES = 1;

/** `fork` starts one worker. Each start and each end is an event. */
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
    // A worker that ended by itself would end again, so the start fails. One that hung and was killed is replaced.
    if (!(await hung)) started.reject(new Error(`a worker could not start: it ended with ${nameOf(how)}`));
  }

  /** Kills a worker that does not serve after this many turns of our own event loop. Resolves with whether it did. */
  async function limitStart(next: Worker, pulses: number): Promise<boolean> {
    const over = new AbortController();
    void Promise.race([next.listening, next.ended]).then(() => over.abort());
    for (let pulse = 0; pulse < pulses; pulse++) {
      if (!(await passes(PULSE_MS, over.signal))) return false;
    }
    next.kill();
    return true;
  }

  /** Counts turns of our own event loop instead of time, so that workers are not killed after the machine stood still. */
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
