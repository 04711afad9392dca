import type { Logger } from 'pino';
import type { BreakerState, Listeners, RedisTrouble, World } from '../core/events.ts';
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
      const facts = reason ? { reason, detail: REDIS_TROUBLE_DETAILS[reason] } : {};
      if (!isUp) log.warn(facts, 'redis is not connected');
      else if (reason) log.warn(facts, 'redis is connected, but does not do its work');
      else log.info('redis is connected');
    },
    'trace-export'({ isUp }) {
      if (isUp) log.info('traces arrive again');
      else log.warn('traces do not arrive and are dropped');
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

/** What each trouble with Redis means, for the log. */
const REDIS_TROUBLE_DETAILS: Readonly<Record<RedisTrouble, string>> = {
  certificate: 'Its certificate is not trusted, or is for another name: see REDIS_CA_FILE.',
  closed: 'It closed the connection.',
  cluster: 'It is a Redis Cluster, which is not supported: let REDIS_URL name a single Redis.',
  full: 'Its memory is full: give it more, or let it drop old keys (maxmemory-policy allkeys-lru).',
  loading: 'It is still loading its data.',
  name_not_found: 'The host name in REDIS_URL has no address.',
  no_answer: 'It did not answer in time.',
  no_route: 'There is no route to it.',
  no_such_database: 'It does not have the database that REDIS_URL names.',
  no_tls: 'It does not speak TLS, which rediss:// in REDIS_URL asks for.',
  not_permitted: 'Its user lacks a permission that is needed.',
  not_saving: 'It cannot save its data, and so takes no writes: see its own log.',
  oversized_value: 'A value under one of our keys is far too long; the keys that were asked for are deleted.',
  password_missing: 'It requires a password, and REDIS_URL has none.',
  protected_mode: 'It is in protected mode, and accepts connections from its own machine only.',
  protocol: 'It sent a reply that its command cannot have.',
  read_only: 'It is a read-only replica: let REDIS_URL name the primary.',
  refused: 'Nothing listens at the address in REDIS_URL.',
  rejected: 'It refused a command, or to start the connection.',
  slow: 'It answers later than REDIS_TIMEOUT_MS, so it is asked only now and then.',
  too_many_clients: 'It has reached its limit of clients.',
  wrong_password: 'It does not accept the user or the password in REDIS_URL.',
  wrong_value: 'It holds a value that is not the upper case of its text, so another program writes our keys.',
};
