import type { CacheTier } from '../core/events.ts';

/** Where upper-cased texts are kept. It never throws: a store in trouble has no answer and keeps nothing. */
export interface Store {
  readonly tier: CacheTier;
  /** The verified upper case of `text`, or `undefined`. At hand or promised, whichever the store can do. */
  get(text: string): string | undefined | Promise<string | undefined>;
  /** Keeps a verified shout; says whether it will. The caller never waits for it. */
  set(text: string, shout: string): boolean;
}
