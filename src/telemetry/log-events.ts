import type { Logger } from 'pino';
import { type BreakerState, type Listeners, REDIS_TROUBLES, type World } from '../core/events.ts';
import { codeOf } from '../core/text-values.ts';
import { failureLines, reasonOf } from './failure-lines.ts';

/**
 * Logs the events that people need: changes of state and failures at info and above, requests at debug. `about` are the facts
 * about the service in the line about its start.
 */
export function logEvents(
  log: Logger,
  { clock, about }: { clock: Pick<World['clock'], 'after'>; about: object },
): Listeners {
  const failures = failureLines(log, clock);
  const lines: Listeners = {
    listening: ({ type: _, ...ports }) => log.info({ ...about, ...ports }, 'listening'),
    draining: () => log.info('draining'),
    closed() {
      failures.end();
      log.info('closed');
    },
    'worker-listening': ({ pid }) => log.info({ worker: pid }, 'a worker listens'),
    'worker-ended'({ pid, code, signal, wasAsked, wasStuck }) {
      const facts = { worker: pid, code, signal };
      if (wasStuck) log.warn(facts, 'a worker did not answer in time and was killed');
      else if (wasAsked) log.info(facts, 'a worker ended');
      else log.warn(facts, 'a worker ended by itself');
    },
    failed: failures.write,
    breaker({ state, error }) {
      const facts = { state, ...(error !== undefined && { reason: reasonOf(error) }) };
      log.warn({ ...facts, detail: BREAKER_DETAILS[state] }, 'the breaker of SHOUTCLOUD changed');
    },
    'redis-connection'({ isUp, trouble: reason }) {
      const facts = reason ? { reason, detail: REDIS_TROUBLES[reason] } : {};
      if (!isUp) log.warn(facts, 'redis is not connected');
      else if (reason) log.warn(facts, 'redis is connected, but does not do its work');
      else log.info('redis is connected');
    },
    'trace-export'({ isUp, error }) {
      if (isUp) log.info('traces arrive again');
      else log.warn({ reason: codeOf(error) }, 'traces do not arrive and are dropped');
    },
  };
  if (!log.isLevelEnabled('debug')) return lines;
  return {
    ...lines,
    answered: ({ type: _, durationMs, ...facts }) =>
      log.debug({ ...facts, durationMs: Math.round(durationMs * 100) / 100 }, 'answered'),
  };
}

/** What each state of the breaker means, for the log. */
const BREAKER_DETAILS: Readonly<Record<BreakerState, string>> = {
  closed: 'SHOUTCLOUD answers again: unknown texts are sent to it.',
  'half-open': 'A few unknown texts are sent to SHOUTCLOUD as probes.',
  open: 'SHOUTCLOUD keeps failing: unknown texts are refused at once, known ones are answered.',
};
