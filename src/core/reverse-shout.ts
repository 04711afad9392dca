import type { Call, Shout, Shouter } from './shouter.ts';

/** The use case: what a user sent, reversed and shouted. Fails as the shouter does. */
export type ReverseShout = (data: string, call: Call) => Shout | Promise<Shout>;

/** Lone surrogates become U+FFFD before anything else, so that reversing cannot fuse two of them into a character. */
export function reverseShout(
  shouter: Shouter,
  reverse: (text: string) => string | Promise<string>,
): ReverseShout {
  return (data, call) => {
    if (data === '') return EMPTY;
    const reversed = reverse(data.toWellFormed());
    if (typeof reversed === 'string') return shouter.shout(reversed, call);
    return reversed.then((text) => shouter.shout(text, call));
  };
}

const EMPTY: Shout = { text: '', source: 'memory', stored: false, collapsed: false };
