import { repeatedScript } from './fault-plan.ts';
import type { Shoutcloud } from './server.ts';

export type FaultSwitch = ReturnType<typeof faultSwitch>;

/**
 * Each switch has a script that repeats. Choosing a switch begins its script again, so that the first request shows the fault. The
 * steps are arranged so that a retry succeeds, except in `gone`.
 */
const SWITCHES: Readonly<Record<string, { readonly script: string; readonly about: string }>> = {
  'answers well': { script: 'ok', about: 'Every request gets its answer.' },
  slow: { script: 'slow=400', about: 'Each answer takes 400 ms.' },
  'fails 30 %': {
    script: 'status=503 ok*2 status=503 ok*2 status=503 ok*3',
    about: 'Three requests in ten get 503.',
  },
  lies: {
    script: 'wrong ok*2 crossed ok*2',
    about: 'One answer in three is wrong, or that of another request.',
  },
  gone: {
    script: 'close',
    about: 'Each connection is closed without an answer. Only texts that were answered before still are.',
  },
};

/** Switches the faults of a running server by name. `answers well` is chosen at first. */
export function faultSwitch(shoutcloud: Pick<Shoutcloud, 'setFaults'>) {
  const faults = Object.entries(SWITCHES).map(([name, { about }]) => ({ name, about }));
  let fault = 'answers well';
  return {
    /** The chosen fault, and all faults with a line about each. */
    state: () => ({ fault, faults }),
    /** Takes effect with the next request. Returns false if there is no fault of this name. */
    set(name: string): boolean {
      const chosen = Object.hasOwn(SWITCHES, name) ? SWITCHES[name] : undefined;
      if (chosen === undefined) return false;
      shoutcloud.setFaults(repeatedScript(chosen.script));
      fault = name;
      return true;
    },
  };
}
