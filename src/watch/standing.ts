import type { Round } from './round.ts';

export type Status = 'up' | 'down';

/** What a watcher holds true, and how much speaks against it. */
export interface Standing {
  readonly status: Status;
  /** When it became so: the first of the rounds that decided it, or the first round of all. */
  readonly since: string;
  /** The rounds in a row, up to the last one, that say otherwise. */
  readonly contrary: { readonly rounds: number; readonly since: string } | null;
}

export interface Thresholds {
  /** Failed rounds in a row until the service counts as down. */
  readonly downAfter: number;
  /** Good rounds in a row until it counts as up again. */
  readonly upAfter: number;
}

/** Before the first round a service is taken to be up, so the first thing ever told is that it is down. */
export function firstStanding(at: string): Standing {
  return { status: 'up', since: at, contrary: null };
}

/** The standing after one more round: another status only once enough rounds in a row say so. */
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
