import type { Clock } from '../core/clock.ts';
import type { Failure, Round } from './round.ts';
import type { Notification, Standing, Status } from './watch-state.ts';

export interface Thresholds {
  /** Failed rounds in a row until the service counts as down. */
  readonly downAfter: number;
  /** Good rounds in a row until it counts as up again. */
  readonly upAfter: number;
}

/** Before its first round a service counts as up, so the first notification is always that it is down. */
export function firstStanding(at: string): Standing {
  return { status: 'up', since: at, contrary: null };
}

/** The standing after one more round. The status changes only after enough rounds in a row that contradict it. */
export function afterRound(
  standing: Standing,
  { at, failure }: Pick<Round, 'at' | 'failure'>,
  { downAfter, upAfter }: Thresholds,
): Standing {
  const seen: Status = failure ? 'down' : 'up';
  if (seen === standing.status) return standing.contrary ? { ...standing, contrary: null } : standing;
  const contrary = { rounds: (standing.contrary?.rounds ?? 0) + 1, since: standing.contrary?.since ?? at };
  if (contrary.rounds < (failure ? downAfter : upAfter)) return { ...standing, contrary };
  return { status: seen, since: contrary.since, contrary: null };
}

/** The notification of a change of status. `round` is the last of the rounds in a row that caused the change. */
export function notificationOf(
  { before, after }: { before: Standing; after: Standing },
  { at, failure, freshMs, knownMs }: Round,
  url: string,
): Notification {
  return {
    status: after.status,
    url,
    since: after.since,
    at,
    cause: failure?.cause ?? null,
    reason: failure?.reason ?? 'fresh and known texts are answered',
    freshMs,
    knownMs,
    // Not below 0, even if the clock was set back in between.
    downMs: failure ? null : Math.max(0, Date.parse(after.since) - Date.parse(before.since)),
  };
}

/** What happens to a watch, reported once with its facts. An event never holds the address of a webhook, which is a secret. */
export type WatchEvent =
  | ({ type: 'round-failed' } & Failure & Pick<Round, 'freshMs' | 'knownMs'>)
  | ({ type: Status } & Omit<Notification, 'status'>)
  | { type: 'not-delivered'; receiver: number; status: Status; reason: string }
  | { type: 'dropped'; receiver: number }
  | { type: 'state-broken' }
  | { type: 'state-of-another'; url: string }
  | { type: 'state-not-saved'; reason: string };

/** What a watch needs from its surroundings. */
export interface WatchWorld {
  readonly clock: Clock;
  readonly emit: (event: WatchEvent) => void;
}
