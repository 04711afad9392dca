import type { ServerResponse } from 'node:http';

/** What the server was asked, and how much of it at once. */
export interface Tally {
  /** How many requests came, whatever they asked. */
  calls(): number;
  /** The last INPUT strings, oldest first. */
  inputs(): readonly string[];
  /** How many requests are being answered. */
  active(): number;
  /** The most requests that were ever being answered at once. */
  maxActive(): number;
  arrived(response: ServerResponse): void;
  /** Returns the index of this well-formed request, from 0, and the input before it. */
  asked(input: string): { index: number; previous: string };
}

export function tally(keptInputs: number): Tally {
  const inputs: string[] = [];
  let calls = 0;
  let active = 0;
  let maxActive = 0;
  let count = 0;
  let last = 'nobody';

  return {
    calls: () => calls,
    inputs: () => [...inputs],
    active: () => active,
    maxActive: () => maxActive,
    arrived(response) {
      calls += 1;
      active += 1;
      maxActive = Math.max(maxActive, active);
      response.once('close', () => {
        active -= 1;
      });
    },
    asked(input) {
      const previous = last;
      last = input;
      inputs.push(input);
      if (inputs.length > keptInputs) inputs.shift();
      return { index: count++, previous };
    },
  };
}
