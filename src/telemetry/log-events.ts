import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'pino';
import type { Cancel, Clock } from '../core/clock.ts';
import { type ErrorCode, TuohsError } from '../core/errors.ts';
import { type BreakerState, type Event, type Listeners, REDIS_TROUBLES } from '../core/events.ts';
import { codeOf, messageOf } from '../core/text-values.ts';

/**
 * Logs events: changes of state and failures at level info and above, and each request at level debug. `about` holds more fields
 * for the line `listening`.
 */
export function logEvents(
  log: Logger,
  { clock, about }: { clock: Pick<Clock, 'after'>; about: object },
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
    'worker-ended'({ type: _, pid, wasAsked, wasStuck, ...how }) {
      const facts = { worker: pid, ...how };
      if (wasStuck) log.warn(facts, 'a worker did not answer in time and was killed');
      else if (wasAsked) log.info(facts, 'a worker ended');
      else if (how.reason) log.warn(how, 'a worker could not be started');
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
      // Errors of the SDK have no code. Their messages can be logged, because they quote no address.
      else log.warn({ reason: codeOf(error, messageOf(error)) }, 'traces do not arrive and are dropped');
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

type Failed = Extract<Event, { type: 'failed' }>;

/** The failures with one code since the last line about them. */
interface Flood {
  suppressed: number;
  latest: Failed;
  readonly cancel: Cancel;
}

const EVERY_MS = 1000;

/** Logs failed requests: one line a second for each code, with the number of suppressed lines. Level debug shows those, too. */
function failureLines(log: Logger, clock: Pick<Clock, 'after'>) {
  const floods = new Map<ErrorCode, Flood>();
  // A timer runs in the context of the request that set it. A summary belongs to no request, so it is logged outside.
  const outsideRequests = AsyncLocalStorage.snapshot();

  return {
    write(failed: Failed): void {
      const flood = floods.get(failed.code);
      if (flood === undefined) {
        writeOne(levelOf(failed), failed);
        return begin(failed);
      }
      flood.suppressed++;
      flood.latest = failed;
      if (log.isLevelEnabled('debug')) writeOne('debug', failed);
    },
    /** Writes the last summaries. Call it once, at the end. */
    end(): void {
      for (const flood of floods.values()) {
        flood.cancel();
        summarize(flood);
      }
      floods.clear();
    },
  };

  function writeOne(level: 'error' | 'warn' | 'debug', failed: Failed): void {
    const message = isBug(failed) ? 'a request failed because of a bug' : 'a request failed';
    log[level]({ requestId: failed.requestId, ...factsOf(failed) }, message);
  }

  function begin(failed: Failed): void {
    const cancel = clock.after(EVERY_MS, () => {
      const flood = floods.get(failed.code);
      floods.delete(failed.code);
      if (flood && outsideRequests(summarize, flood)) begin(flood.latest);
    });
    floods.set(failed.code, { suppressed: 0, latest: failed, cancel });
  }

  function summarize({ suppressed, latest }: Flood): boolean {
    if (suppressed === 0) return false;
    const message = isBug(latest) ? 'more requests failed because of a bug' : 'more requests failed';
    log[levelOf(latest)]({ ...factsOf(latest), suppressed }, message);
    return true;
  }
}

function isBug({ code }: Failed): boolean {
  return code === 'INTERNAL';
}

function levelOf(failed: Failed): 'error' | 'warn' {
  return isBug(failed) ? 'error' : 'warn';
}

function factsOf(failed: Failed): object {
  const { code, error } = failed;
  return isBug(failed) ? { code, ...traceOf(error) } : { code, reason: reasonOf(error) };
}

/** The message of a foreign error can quote a user's text, so only its name and stack are logged. */
function traceOf(error: unknown): { name: string; at: string[] } {
  if (!(error instanceof Error)) return { name: typeof error, at: [] };
  const frames = (error.stack ?? '').replace(error.message, '').split('\n').slice(1);
  return { name: error.name, at: frames.map((line) => line.trim()) };
}

/** What a line says about an error that is not a bug: our own sentence, and the code of its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof TuohsError)) return 'unknown';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
  return `${error.message}${code}`;
}
