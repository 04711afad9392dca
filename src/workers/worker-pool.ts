import { within } from '../core/clock.ts';
import type { World } from '../core/events.ts';
import type { Question, Worker } from './worker-link.ts';
import { workerSlot } from './worker-slot.ts';

const PATIENCE_MS = 1000;

/** `size` workers, each of which is replaced when it ends. */
export function workerPool({ size, fork }: { size: number; fork: () => Worker }, world: World) {
  const slots = Array.from({ length: size }, () => workerSlot(fork, world));
  const serving = () => slots.map((slot) => slot.serving()).filter((worker) => worker !== undefined);
  const kill = () => {
    for (const slot of slots) slot.kill();
  };
  let isStarted = false;

  return {
    /** Resolves when all workers serve. Rejects if a worker cannot start. */
    async start(): Promise<void> {
      await Promise.all(slots.map((slot) => slot.start()));
      isStarted = true;
    },
    /** How many workers serve now. */
    serving: () => serving().length,
    /** The answers of the workers that serve; `undefined` for a worker that takes longer than a second. */
    ask: (question: Question) =>
      Promise.all(
        serving().map(async (worker) => ({
          pid: worker.pid,
          answer: await within(world.clock, PATIENCE_MS, worker.ask(question)),
        })),
      ),
    /**
     * Asks all workers to drain, or to end `now`. Kills them if the start did not succeed. Resolves when all have ended.
     * Rejects if a worker ended before it had answered everything.
     */
    async drain(manner?: 'now'): Promise<void> {
      if (!isStarted) kill();
      // Waits for all workers even if one is lost, because the others still answer.
      const drained = await Promise.allSettled(slots.map((slot) => slot.drain(manner)));
      for (const slot of drained) if (slot.status === 'rejected') throw slot.reason;
    },
    kill,
  };
}
