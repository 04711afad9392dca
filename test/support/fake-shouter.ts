import type { Call, Shout } from '../../src/core/shouter.ts';
import { simpleUpperCase } from '../../src/core/upper-case.ts';

/** Returns the error with which a call ends, or `undefined` for an answer. Calls are counted from 1. */
export type Fate = (call: number, text: string) => unknown;

export interface FakeShouterOptions {
  /** Whether it answers without a promise. */
  readonly isSynchronous?: boolean;
  /** Fields that replace those of the usual answer. */
  readonly says?: Partial<Shout>;
}

/** An answer with this text, from memory unless `says` has another source. */
export function answerOf(text: string, says: Partial<Shout> = {}): Shout {
  return { text, source: 'memory', stored: false, collapsed: false, ...says };
}

type Held = Omit<PromiseWithResolvers<Shout>, 'promise'> & { readonly text: string };

export type FakeShouter = ReturnType<typeof fakeShouter>;

/** Takes the place of all inner layers: answers at once, fails, or keeps its callers waiting. */
export function fakeShouter({ isSynchronous = false, says = {} }: FakeShouterOptions = {}) {
  const calls: string[] = [];
  const received: Call[] = [];
  const held = new Set<Held>();
  let act: (text: string, call: Call) => Shout | Promise<Shout> = answer;

  return {
    /** The texts of its calls, in order. */
    calls,
    /** The calls themselves. */
    received,
    shout(text: string, call: Call): Shout | Promise<Shout> {
      if (!isSynchronous && call.signal.aborted) return Promise.reject(call.signal.reason);
      calls.push(text);
      received.push(call);
      return act(text, call);
    },
    /** Decides the fate of each call from now on. */
    decide,
    /** Fails each call with this error from now on. */
    failWith: (error: unknown) => decide(() => error),
    /** Keeps each call waiting from now on. With `deaf`, a call waits even after its signal aborts. */
    hold(manner: 'listening' | 'deaf' = 'listening') {
      act = (text, { signal }) => {
        const { promise, resolve, reject } = Promise.withResolvers<Shout>();
        held.add({ text, resolve, reject });
        if (manner === 'listening') signal.addEventListener('abort', () => reject(signal.reason));
        return promise;
      };
    },
    /** Answers all waiting calls, and each later call at once. */
    recover() {
      act = answer;
      answerHeld();
    },
    /** Answers all waiting calls. */
    answerHeld,
    /** Fails all waiting calls. */
    failHeld: (error: unknown) => release(({ reject }) => reject(error)),
  };

  function decide(fate: Fate): void {
    act = (text) => {
      const error = fate(calls.length, text);
      return error === undefined ? answer(text) : Promise.reject(error);
    };
  }

  function answer(text: string): Shout | Promise<Shout> {
    return isSynchronous ? shoutOf(text) : Promise.resolve(shoutOf(text));
  }

  function answerHeld(): void {
    release(({ text, resolve }) => resolve(shoutOf(text)));
  }

  function shoutOf(text: string): Shout {
    return answerOf(simpleUpperCase(text), { source: 'upstream', ...says });
  }

  function release(end: (call: Held) => void): void {
    for (const call of held) end(call);
    held.clear();
  }
}
