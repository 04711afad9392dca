import type { Call, Shout } from '../../src/core/shouter.ts';
import { simpleUpperCase } from '../../src/core/upper-case.ts';

/** What becomes of the call with this number, which counts from 1: the error it fails with, or an answer. */
export type Fate = (call: number, text: string) => unknown;

export interface FakeShouterOptions {
  /** Whether answers are there at once, without a promise. */
  readonly isAtHand?: boolean;
  /** What an answer says beside its text. */
  readonly says?: Partial<Shout>;
}

type Held = Omit<PromiseWithResolvers<Shout>, 'promise'> & { readonly text: string };

export type FakeShouter = ReturnType<typeof fakeShouter>;

/** Stands for whatever is further in: answers at once, fails, or keeps its callers waiting, as the test says. */
export function fakeShouter({ isAtHand = false, says = {} }: FakeShouterOptions = {}) {
  const calls: string[] = [];
  const received: Call[] = [];
  const held = new Set<Held>();
  let act: (text: string, call: Call) => Shout | Promise<Shout> = answer;

  return {
    /** The texts it was asked, in order. */
    calls,
    /** What came with them. */
    received,
    shout(text: string, call: Call): Shout | Promise<Shout> {
      if (!isAtHand && call.signal.aborted) return Promise.reject(call.signal.reason);
      calls.push(text);
      received.push(call);
      return act(text, call);
    },
    /** From now on each call has this fate. */
    decide,
    /** From now on each call fails with this. */
    failWith: (error: unknown) => decide(() => error),
    /** From now on each call waits; a deaf one waits on when its signal aborts. */
    hold(manner: 'listening' | 'deaf' = 'listening') {
      act = (text, { signal }) => {
        const { promise, resolve, reject } = Promise.withResolvers<Shout>();
        held.add({ text, resolve, reject });
        if (manner === 'listening') signal.addEventListener('abort', () => reject(signal.reason));
        return promise;
      };
    },
    /** Answers all that wait, and from now on each call at once. */
    recover() {
      act = answer;
      answerHeld();
    },
    /** Answers all that wait. */
    answerHeld,
    /** Fails all that wait. */
    failHeld: (error: unknown) => release(({ reject }) => reject(error)),
  };

  function decide(fate: Fate): void {
    act = (text) => {
      const error = fate(calls.length, text);
      return error === undefined ? answer(text) : Promise.reject(error);
    };
  }

  function answer(text: string): Shout | Promise<Shout> {
    return isAtHand ? shoutOf(text) : Promise.resolve(shoutOf(text));
  }

  function answerHeld(): void {
    release(({ text, resolve }) => resolve(shoutOf(text)));
  }

  function shoutOf(text: string): Shout {
    return { text: simpleUpperCase(text), source: 'upstream', stored: false, collapsed: false, ...says };
  }

  function release(end: (call: Held) => void): void {
    for (const call of held) end(call);
    held.clear();
  }
}
