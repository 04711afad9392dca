import type { Notification } from './notification.ts';
import type { Failure, Round } from './round.ts';

/** What happens to a watcher, told once. No address of a webhook in here: whoever knows it can write to the channel. */
export type WatchEvent =
  | { type: 'round-failed'; round: Round; failure: Failure }
  | { type: 'changed'; notification: Notification }
  | { type: 'not-delivered'; receiver: number; status: Notification['status']; reason: string }
  | { type: 'dropped'; receiver: number }
  | { type: 'state-broken' }
  | { type: 'state-of-another'; url: string }
  | { type: 'state-not-saved'; reason: string };
