import type { Call, Shout, Shouter } from '../../../src/core/shouter.ts';
import { simpleUpperCase } from '../../../src/core/upper-case.ts';

export interface ScriptedShouter extends Shouter {
  /** The texts it was asked, in order. */
  readonly calls: string[];
}

/** What becomes of the call with this number, which counts from 1: the error it fails with, or none. */
export type Fate = (call: number, text: string) => Error | undefined;

/** An upstream that fails as the script says and else answers. */
export function scriptedShouter(fate: Fate): ScriptedShouter {
  const calls: string[] = [];
  return {
    calls,
    async shout(text: string, { signal }: Call): Promise<Shout> {
      signal.throwIfAborted();
      const error = fate(calls.push(text), text);
      if (error) throw error;
      return { text: simpleUpperCase(text), source: 'upstream', stored: false, collapsed: false };
    },
  };
}
