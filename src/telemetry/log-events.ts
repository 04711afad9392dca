import type { Logger } from 'pino';
import { TuohsError } from '../core/errors.ts';
import type { Emit, Event } from '../core/events.ts';
import { REDIS_TROUBLE_DETAILS } from './redis-troubles.ts';

/** Writes the events that a person wants to read: state changes and 5xx at info and above, requests at debug. */
export function logEvents(log: Logger): Emit {
  return (event: Event) => {
    switch (event.type) {
      case 'listening': {
        const { type: _, ...facts } = event;
        return log.info(facts, 'listening');
      }
      case 'draining':
        return log.info('draining');
      case 'closed':
        return log.info('closed');
      case 'worker-listening':
        return log.info({ worker: event.pid }, 'a worker listens');
      case 'worker-ended': {
        const { pid, code, signal, wasAsked } = event;
        const facts = { worker: pid, code, signal };
        return wasAsked ? log.info(facts, 'a worker ended') : log.warn(facts, 'a worker ended unasked');
      }
      case 'failed':
        return logFailure(log, event);
      case 'answered': {
        // Each request passes here, and few are ever written.
        if (!log.isLevelEnabled('debug')) return;
        const { type: _, ...facts } = event;
        return log.debug(facts, 'answered');
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

function logFailure(log: Logger, { requestId, code, error }: Extract<Event, { type: 'failed' }>): void {
  if (code === 'INTERNAL') log.error({ requestId, code, ...traceOf(error) }, 'a request failed by a bug');
  else log.warn({ requestId, code, reason: reasonOf(error) }, 'a request failed');
}

/** Messages of foreign errors may quote what users sent, so only names and places are logged. */
function traceOf(error: unknown): { name: string; at: string[] } {
  if (!(error instanceof Error)) return { name: typeof error, at: [] };
  const frames = (error.stack ?? '').replace(error.message, '').split('\n').slice(1);
  return { name: error.name, at: frames.map((line) => line.trim()) };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof TuohsError)) return 'unknown';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
  return `${error.message}${code}`;
}
