import { type Static, Type } from 'typebox';
import type { Round } from './round.ts';
import type { Standing } from './standing.ts';

/** What is told when a service goes down or comes back: the body that a JSON webhook gets, and what the state keeps. */
export const notificationSchema = Type.Object({
  status: Type.Union([Type.Literal('down'), Type.Literal('up')]),
  /** The address that is watched. */
  url: Type.String(),
  /** When the first of the rounds that decided it began. */
  since: Type.String(),
  /** When the round that decided it began. */
  at: Type.String(),
  /** Who is to blame; null for `up`. */
  cause: Type.Union([Type.Literal('service'), Type.Literal('upstream'), Type.Null()]),
  /** A sentence for people. */
  reason: Type.String(),
  /** How long the answers took in the round that decided it, or how long it waited for them in vain. */
  freshMs: Type.Number(),
  knownMs: Type.Number(),
  /** How long it was down; null for `down`. */
  downMs: Type.Union([Type.Number(), Type.Null()]),
});

export type Notification = Static<typeof notificationSchema>;

/** The notification of a change from one standing to the next, which this round of that address decided. */
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
    reason: failure?.reason ?? 'fresh and known strings are answered',
    freshMs,
    knownMs,
    // The wall clock may have been set back meanwhile.
    downMs: failure ? null : Math.max(0, Date.parse(after.since) - Date.parse(before.since)),
  };
}
