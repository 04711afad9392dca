import type { Event } from '../../src/core/events.ts';
import type { Journal } from './journal.ts';

const FAILURES = 3;
const LEAST_OPEN_MS = 500;

export type RedisRules = ReturnType<typeof redisRules>;

const ROUNDING_MS = 0.001;

/**
 * The rules for Redis: no command takes longer than its time limit. After three commands in a row without a reply, Redis is skipped
 * for at least half a second.
 */
export function redisRules(timeoutMs: number, { clock, coverage, violated }: Journal) {
  let timeouts = 0;
  let closedAt = 0;
  let restsSince = 0;
  let quietUntil = 0;
  return {
    /** Call it for each command. `waitedMs` is how long the oldest command without a reply has waited. */
    commanded(waitedMs: number): void {
      const now = clock.now();
      coverage.redisCommands++;
      if (waitedMs > timeoutMs + ROUNDING_MS)
        violated('a slow Redis is left alone', `a reply is overdue after ${waitedMs} ms`);
      if (timeouts < FAILURES || now < restsSince + ROUNDING_MS) return;
      if (now < quietUntil - ROUNDING_MS)
        violated('a slow Redis is left alone', `a command after ${timeouts} that were not answered`);
      quietUntil = now + LEAST_OPEN_MS;
    },
    emitted(event: Extract<Event, { type: 'redis-operation' | 'redis-connection' }>): void {
      if (event.type === 'redis-connection') {
        if (event.isUp && event.trouble !== 'slow') isWell();
        return;
      }
      if (event.durationMs > timeoutMs + ROUNDING_MS)
        violated('Redis costs one short wait at most', `${event.op} took ${event.durationMs} ms`);
      if (event.outcome === 'success' || event.outcome === 'error') isWell();
      if (event.outcome !== 'timeout') return;
      coverage.redisTimeouts++;
      if (clock.now() - event.durationMs <= closedAt + ROUNDING_MS) return;
      timeouts++;
      if (timeouts !== FAILURES) return;
      restsSince = clock.now();
      quietUntil = restsSince + LEAST_OPEN_MS;
    },
  };

  /** After this call, time-outs of commands that were sent earlier do not count. */
  function isWell(): void {
    if (timeouts >= FAILURES) closedAt = clock.now();
    timeouts = 0;
  }
}
