import type { Logger } from 'pino';
import type { Emit, Event, World } from '../core/events.ts';
import { failureLines } from './failure-lines.ts';
import { REDIS_TROUBLE_DETAILS } from './redis-troubles.ts';

export interface LogEventsOptions {
  readonly clock: Pick<World['clock'], 'after'>;
  /** What the line about the start says of the service. */
  readonly about: object;
}

/** Writes the events that a person wants to read: state changes and 5xx at info and above, requests at debug. */
export function logEvents(log: Logger, { clock, about }: LogEventsOptions): Emit {
  const failures = failureLines(log, clock);
  return (event: Event) => {
    switch (event.type) {
      case 'listening': {
        const { type: _, ...ports } = event;
        return log.info({ ...about, ...ports }, 'listening');
      }
      case 'draining':
        return log.info('draining');
      case 'closed':
        failures.end();
        return log.info('closed');
      case 'worker-listening':
        return log.info({ worker: event.pid }, 'a worker listens');
      case 'worker-ended': {
        const { pid, code, signal, wasAsked } = event;
        const facts = { worker: pid, code, signal };
        return wasAsked ? log.info(facts, 'a worker ended') : log.warn(facts, 'a worker ended unasked');
      }
      case 'failed':
        return failures.write(event);
      case 'answered': {
        // Each request passes here, and few are ever written.
        if (!log.isLevelEnabled('debug')) return;
        const { type: _, durationMs, ...facts } = event;
        return log.debug({ ...facts, durationMs: Math.round(durationMs * 100) / 100 }, 'answered');
      }
      case 'breaker':
        return log.warn({ state: event.state }, 'the breaker of SHOUTCLOUD changed');
      case 'redis-connection':
        return logRedis(log, event);
      case 'trace-export':
        return event.isUp
          ? log.info('traces arrive again')
          : log.warn('traces do not arrive and are dropped');
      case 'batch':
      case 'bulk-lines':
      case 'fallback':
      case 'redis-operation':
      case 'shed':
      case 'cache-read':
      case 'coalesced':
      case 'attempt':
      case 'verification-failed':
        return;
    }
  };
}

function logRedis(
  log: Logger,
  { isUp, trouble: reason }: Extract<Event, { type: 'redis-connection' }>,
): void {
  const facts = reason ? { reason, detail: REDIS_TROUBLE_DETAILS[reason] } : {};
  if (!isUp) log.warn(facts, 'redis is not connected');
  else if (reason) log.warn(facts, 'redis is connected, but takes no writes');
  else log.info('redis is connected');
}
