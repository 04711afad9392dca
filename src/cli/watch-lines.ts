import type { WatchEvent } from '../watch/events.ts';

/** How bad it is, what happened in constant words, and the facts. */
export type Line = readonly [level: 'info' | 'warn' | 'error', msg: string, facts?: object];

/** What a person wants to read of an event. */
export function lineOf(event: WatchEvent): Line {
  switch (event.type) {
    case 'round-failed': {
      const { freshMs, knownMs } = event.round;
      return ['warn', 'a round failed', { ...event.failure, freshMs, knownMs }];
    }
    case 'changed': {
      const { status, ...facts } = event.notification;
      return status === 'down' ? ['error', 'down', facts] : ['info', 'up again', facts];
    }
    case 'not-delivered': {
      const { type: _, ...facts } = event;
      return ['error', 'a notification was not delivered; it is tried again at the next round', facts];
    }
    case 'dropped':
      return ['error', 'too many notifications are owed; two were dropped', { receiver: event.receiver }];
    case 'state-broken':
      return ['warn', 'the state file holds no state; the watch begins anew'];
    case 'state-of-another':
      return ['warn', 'the state file is of another address; the watch begins anew', { url: event.url }];
    case 'state-not-saved':
      return [
        'error',
        'the state was not saved; it is tried again at the next round',
        { reason: event.reason },
      ];
  }
}
