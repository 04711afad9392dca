import type { Clock } from './clock.ts';
import type { AttemptFailure, ErrorCode } from './errors.ts';

/** What happens inside, reported once. `telemetry/` turns it into log lines and series. It never holds a user's text. */
export type Event =
  | { type: 'cache-read'; tier: CacheTier; result: 'hit' | 'miss' }
  | { type: 'coalesced' }
  | { type: 'batch'; texts: number }
  /** `error` is why it opened. */
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
      wasAsked: boolean;
      /** It was killed because it did not answer, or did not serve in time. */
      wasStuck: boolean;
    }
  | { type: 'trace-export'; isUp: boolean }
  | { type: 'draining' }
  | { type: 'closed' };

/** How a line of a bulk ended: answered, answered by our own mapping, or failed. */
export type BulkLineOutcome = 'success' | 'local' | ErrorCode;

export type BreakerState = 'closed' | 'open' | 'half-open';

export type CacheTier = 'memory' | 'redis';

export type AttemptOutcome = 'success' | AttemptFailure;

/** `echo` checks after a wrong value whether replies still belong to their commands. */
export type RedisOperation = 'get' | 'set' | 'count' | 'echo';

/** Why Redis is not used, or does not do all of its work although it is connected. */
export const REDIS_TROUBLES = [
  'certificate',
  'closed',
  'cluster',
  'full',
  'loading',
  'name_not_found',
  'no_answer',
  'no_route',
  'no_such_database',
  'no_tls',
  'not_permitted',
  'not_saving',
  'oversized_value',
  'password_missing',
  'protected_mode',
  'protocol',
  'read_only',
  'refused',
  'rejected',
  'slow',
  'too_many_clients',
  'wrong_password',
  'wrong_value',
] as const;
export type RedisTrouble = (typeof REDIS_TROUBLES)[number];

/** `skipped`: nothing was sent, because the connection was down, its breaker open, or a reply overdue. */
export type RedisOutcome = 'success' | 'error' | 'timeout' | 'skipped';

/** Why a request was refused before its work began. */
export type ShedReason = 'requests' | 'bytes' | 'event_loop' | 'misses';

export type Emit = (event: Event) => void;

/** What a part does about the events of some types. */
export type Listeners = {
  readonly [Type in Event['type']]?: (event: Extract<Event, { type: Type }>) => void;
};

/** Passes each event on to the listeners for its type, in this order. */
export function emitTo(...all: readonly (Listeners | undefined)[]): Emit {
  const byType = new Map<string, ((event: never) => void)[]>();
  for (const [type, listen] of all.flatMap((listeners) => Object.entries(listeners ?? {}))) {
    byType.set(type, [...(byType.get(type) ?? []), listen]);
  }
  return (event) => {
    const listening = byType.get(event.type);
    // Each listener is stored under the type of its events.
    if (listening) for (const listen of listening) listen(event as never);
  };
}

/** What a part needs from its surroundings. */
export interface World {
  readonly clock: Clock;
  readonly emit: Emit;
}
