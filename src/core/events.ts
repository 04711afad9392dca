import type { Clock } from './clock.ts';
import type { AttemptFailure, ErrorCode } from './errors.ts';

/** Something that happened, emitted once. `telemetry/` makes log lines and series from it. It never holds a user's text. */
export type Event =
  | { type: 'cache-read'; tier: CacheTier; result: 'hit' | 'miss' }
  | { type: 'coalesced' }
  | { type: 'batch'; texts: number }
  /** If the breaker opened, `error` is the reason. */
  | { type: 'breaker'; state: BreakerState; error?: unknown }
  | { type: 'fallback' }
  | { type: 'redis-connection'; isUp: boolean; trouble?: RedisTrouble }
  | { type: 'redis-operation'; op: RedisOperation; outcome: RedisOutcome; durationMs: number }
  | { type: 'shed'; reason: ShedReason }
  | { type: 'attempt'; outcome: AttemptOutcome; durationMs: number }
  | { type: 'verification-failed'; source: 'upstream' | 'redis' }
  | { type: 'answered'; method: string; route: string; status: number; durationMs: number; requestId: string }
  | { type: 'failed'; requestId: string; code: ErrorCode; error: unknown }
  | { type: 'bulk-lines'; outcome: BulkLineOutcome; lines: number }
  | { type: 'listening'; port: number; adminPort: number }
  | { type: 'worker-listening'; pid: number }
  | {
      type: 'worker-ended';
      pid: number;
      code: number | null;
      signal: string | null;
      /** The code of the error if the worker's process could not be started. */
      reason?: string;
      wasAsked: boolean;
      /** Whether the worker was killed because it did not serve or answer in time. */
      wasStuck: boolean;
    }
  /** If the receiver of traces does not get the spans, `error` is the reason. */
  | { type: 'trace-export'; isUp: boolean; error?: unknown }
  | { type: 'draining' }
  | { type: 'closed' };

/** How a line of a bulk ended: answered, answered by our own mapping, or failed. */
export type BulkLineOutcome = 'success' | 'local' | ErrorCode;

export type BreakerState = 'closed' | 'open' | 'half-open';

export type CacheTier = 'memory' | 'redis';

export type AttemptOutcome = 'success' | AttemptFailure;

/** After a wrong value, `echo` checks whether replies still belong to their commands. */
export type RedisOperation = 'get' | 'set' | 'count' | 'echo';

/** The reasons why Redis is not used, or why some commands fail although it is connected. Each has a sentence for people. */
export const REDIS_TROUBLES = {
  certificate: 'Its certificate is not trusted, or is for another name: see REDIS_CA_FILE.',
  closed: 'It closed the connection. If it always does, it may expect TLS: rediss:// in REDIS_URL.',
  cluster: 'It is a Redis Cluster, which is not supported: let REDIS_URL name a single Redis.',
  full: 'Its memory is full: give it more, or let it drop old keys (maxmemory-policy allkeys-lru).',
  loading: 'It is still loading its data.',
  name_not_found: 'The host name in REDIS_URL has no address.',
  no_answer:
    'It did not answer in time. If it never does, only one of it and REDIS_URL may use TLS (rediss://).',
  no_route: 'There is no route to it.',
  no_such_database: 'It does not have the database that REDIS_URL names.',
  no_tls: 'It does not speak TLS, which rediss:// in REDIS_URL asks for.',
  not_permitted:
    'Its user lacks a permission: ~tuohs:v1:* +get +mget +set +incrby +expire +echo +unlink +info +select are needed.',
  not_saving: 'It cannot save its data, and so takes no writes: see its own log.',
  oversized_value: 'A value under one of our keys is far too long; the keys that were asked for are deleted.',
  password_missing: 'It requires a password, and REDIS_URL has none.',
  protected_mode: 'It is in protected mode, and accepts connections from its own machine only.',
  protocol: 'It sent a reply that does not fit its command.',
  read_only: 'It is a read-only replica: let REDIS_URL name the primary.',
  refused: 'Nothing listens at the address in REDIS_URL.',
  rejected: 'It refused a command, or to start the connection.',
  sentinel: 'It is a Redis Sentinel: let REDIS_URL name the Redis itself.',
  slow: 'It answers later than REDIS_TIMEOUT_MS, so it is asked only now and then.',
  too_many_clients: 'It has reached its limit of clients.',
  wrong_password: 'It does not accept the user or the password in REDIS_URL.',
  wrong_value: 'It holds a value under one of our keys that is not ours, so another program writes our keys.',
} as const;

export type RedisTrouble = keyof typeof REDIS_TROUBLES;

/** `skipped`: nothing was sent, because there was no connection, the breaker was open, or a reply was overdue. */
export type RedisOutcome = 'success' | 'error' | 'timeout' | 'skipped';

/** Why a request was refused before its work began. */
export type ShedReason = 'requests' | 'bytes' | 'event_loop' | 'misses';

export type Emit = (event: Event) => void;

/** What a part does about events: one function for each type of event that concerns it. */
export type Listeners = {
  readonly [Type in Event['type']]?: (event: Extract<Event, { type: Type }>) => void;
};

/** Passes each event to the listeners for its type, in the order of the arguments. */
export function emitTo(...all: readonly (Listeners | undefined)[]): Emit {
  const byType = new Map<string, ((event: never) => void)[]>();
  for (const [type, listen] of all.flatMap((listeners) => Object.entries(listeners ?? {}))) {
    byType.set(type, [...(byType.get(type) ?? []), listen]);
  }
  return (event) => {
    const listening = byType.get(event.type);
    // The cast is safe, because each listener is stored under the type of its events.
    if (listening) for (const listen of listening) listen(event as never);
  };
}

/** What a part needs from its surroundings. */
export interface World {
  readonly clock: Clock;
  readonly emit: Emit;
}
