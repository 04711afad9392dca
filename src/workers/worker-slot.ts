import type { World } from '../core/events.ts';
import type { Worker, WorkerEnd } from './worker-link.ts';

/** If a worker ends sooner than this after its start, the pause before the next worker grows. */
const RECOVERED_MS = 10_000;
const LEAST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 5000;
const PULSE_MS = 1000;
/** A worker that serves but does not answer for this long is killed, because it would keep its share of the connections forever. */
const STUCK_PULSES = 10;
/** A worker that does not serve after this long is killed. A start takes half a second on a free core, and 15 s with 5 % of a core. */
const START_PULSES = 60;
/** During a drain, a worker that has not served yet is killed after this long. */
const START_DRAIN_PULSES = 2;

/** Keeps one worker running. When the worker ends, `fork` starts another. Emits an event for each start and each end. */
export function workerSlot(fork: () => Worker, { clock, emit }: World) {
  const leaving = new AbortController();
  const started = Promise.withResolvers<void>();
  let worker: Worker | undefined;
  let isServing = false;
  let lastEnd: WorkerEnd | undefined;
  let silentPulses = 0;
  let kept: Promise<void> = Promise.resolve();

  return {
    /** Resolves when a worker serves; rejects if one ends by itself first. */
    async start(): Promise<void> {
      kept = keep();
      await started.promise;
    },
    /** The current worker if it serves. */
    serving: () => (isServing ? worker : undefined),
    /**
     * Asks the worker to drain, or to end `now`, and starts no other. Resolves when the worker has ended. Rejects if it was
     * serving and ended with a code other than 0, because then answers were lost.
     */
    async drain(manner?: 'now'): Promise<void> {
      leaving.abort();
      const hasServed = isServing;
      if (manner === 'now') worker?.hurry();
      else worker?.drain();
      silentPulses = 0;
      await kept;
      if (hasServed && lastEnd?.code !== 0) throw new Error('a worker ended before everything was answered');
    },
    /** Kills its worker and starts no other. */
    kill(): void {
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
    silentPulses = 0;
    const killed = watch(next, over.signal);
    void next.listening.then(() => {
      isServing = worker === next;
      silentPulses = 0;
      started.resolve();
      emit({ type: 'worker-listening', pid: next.pid });
    });
    const how = await next.ended;
    over.abort();
    worker = undefined;
    isServing = false;
    lastEnd = how;
    const wasStuck = await killed;
    emit({ type: 'worker-ended', pid: next.pid, ...how, wasAsked: leaving.signal.aborted, wasStuck });
    // A worker that ended by itself would end again, so the start fails. A worker that hung and was killed is replaced.
    if (!wasStuck) started.reject(new Error(`a worker could not start: it ended with ${nameOf(how)}`));
  }

  /**
   * Kills a worker that does not serve or answer for too long, and then resolves with true. Counts runs of a timer instead of
   * time, so that workers are not killed after the machine was frozen.
   */
  async function watch(next: Worker, over: AbortSignal): Promise<boolean> {
    while (await passes(PULSE_MS, over)) {
      if (++silentPulses >= mostPulses()) {
        next.kill();
        return true;
      }
      if (isServing) void next.ask('pulse').then(() => (silentPulses = 0));
    }
    return false;
  }

  function mostPulses(): number {
    if (isServing) return STUCK_PULSES;
    return leaving.signal.aborted ? START_DRAIN_PULSES : START_PULSES;
  }

  function passes(ms: number, signal: AbortSignal): Promise<boolean> {
    return clock.sleep(ms, signal).then(
      () => true,
      () => false,
    );
  }
}

function nameOf({ code, signal, reason }: WorkerEnd): string {
  return reason ?? signal ?? `exit code ${code}`;
}
