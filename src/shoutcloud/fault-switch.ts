import { type FaultChooser, parseFault } from './fault-plan.ts';
import type { Shoutcloud } from './server.ts';

export type FaultSwitch = ReturnType<typeof faultSwitch>;

/** One wrong answer, then two right ones, so that a retry gets a right one. */
const everyThirdLies: FaultChooser = (index) =>
  index % 3 === 0 ? parseFault(index % 2 === 0 ? 'wrong' : 'crossed') : undefined;

const SWITCHES: Readonly<Record<string, { readonly faults: string | FaultChooser; readonly about: string }>> =
  {
    'answers well': { faults: '', about: 'Every request gets its answer.' },
    slow: { faults: 'slow=400', about: 'Each answer takes 400 ms.' },
    'fails 30 %': { faults: 'status=503@30%', about: 'Three requests in ten get 503.' },
    lies: { faults: everyThirdLies, about: 'One answer in three is wrong, or that of another request.' },
    gone: {
      faults: 'close',
      about: 'Each connection is closed without an answer. Only texts that were answered before still are.',
    },
  };

/** Switches the faults of a running server by name. At first none is chosen. */
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
      shoutcloud.setFaults(chosen.faults);
      fault = name;
      return true;
    },
  };
}
