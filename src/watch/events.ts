import type { Clock } from '../core/clock.ts';
import type { Failure, Round } from './round.ts';
import type { Notification } from './standing.ts';

/** What happens to a watcher, reported once. It never holds the address of a webhook, which is a secret. */
export type WatchEvent =
  | { type: 'round-failed'; round: Round; failure: Failure }
  | { type: 'changed'; notification: Notification }
  | { type: 'not-delivered'; receiver: number; status: Notification['status']; reason: string }
  | { type: 'dropped'; receiver: number }
  | { type: 'state-broken' }
  | { type: 'state-of-another'; url: string }
  | { type: 'state-not-saved'; reason: string };

export type WatchEmit = (event: WatchEvent) => void;

/** What a watcher needs from its surroundings. */
export interface WatchWorld {
  readonly clock: Clock;
  readonly emit: WatchEmit;
}
