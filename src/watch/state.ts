import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { notificationSchema } from './notification.ts';

const date = Type.Refine(Type.String(), (text) => !Number.isNaN(Date.parse(text)));

const stateSchema = Type.Object({
  version: Type.Literal(1),
  url: Type.String(),
  status: notificationSchema.properties.status,
  since: date,
  contrary: Type.Union([Type.Object({ rounds: Type.Integer({ minimum: 1 }), since: date }), Type.Null()]),
  /**
   * What each receiver has not been told yet, oldest first. They go by their place: an address is a secret, and one that
   * was wrong and is put right gets what it missed.
   */
  owed: Type.Array(Type.Array(notificationSchema)),
});

/** All that a watcher must know to go on where it ended. */
export type WatchState = Readonly<Static<typeof stateSchema>>;

/** The state in this JSON text; `undefined` where it is anything else. */
export function parseState(json: string): WatchState | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return Check(stateSchema, value) ? value : undefined;
  } catch {
    return undefined;
  }
}
