import type { Reverse } from './reverse.ts';
import type { Call, Shout, Shouter } from './shouter.ts';

/** The use case: what a user sent, reversed and shouted. Fails as the shouter does. */
export type ReverseShout = (data: string, call: Call) => Shout | Promise<Shout>;

/** Lone surrogates become U+FFFD before anything else, so that reversing cannot fuse two of them into a character. */
export function reverseShout(shouter: Shouter, reverse: Reverse): ReverseShout {
  return (data, call) => {
    if (data === '') return EMPTY;
    return shouter.shout(reverse(data.toWellFormed()), call);
  };
}

const EMPTY: Shout = { text: '', source: 'memory', stored: false, collapsed: false };
