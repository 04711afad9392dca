import type { FaultChooser, Faults } from './faults.ts';
import type { Shoutcloud } from './server.ts';

/** What a person can have the server do, by name. */
export interface FaultSwitch {
  /** Names and what each does; the one that is on. */
  state(): { readonly fault: string; readonly faults: readonly { name: string; about: string }[] };
  /** From the next request on; false if there is no such name. */
  set(name: string): boolean;
}

/** A lie, then two true answers: whoever asks again gets a true one. */
const everyThirdLies: FaultChooser = (index) => {
  if (index % 3 !== 0) return undefined;
  return { kind: index % 2 === 0 ? 'wrong' : 'crossed' };
};

const SWITCHES: Readonly<Record<string, { readonly faults: Faults; readonly about: string }>> = {
  'answers well': { faults: '', about: 'Every request gets its answer.' },
  slow: { faults: 'slow=400', about: 'Each answer takes 400 ms.' },
  'fails 30 %': { faults: 'status=503@30%', about: 'Three requests in ten get 503.' },
  lies: { faults: everyThirdLies, about: 'One answer in three is wrong, or that of another request.' },
  gone: { faults: 'close', about: 'Each connection is closed without an answer.' },
};

/** Breaks a running server, and mends it, by name. It answers well until told otherwise. */
export function faultSwitch(shoutcloud: Pick<Shoutcloud, 'setFaults'>): FaultSwitch {
  const faults = Object.entries(SWITCHES).map(([name, { about }]) => ({ name, about }));
  let fault = 'answers well';
  return {
    state: () => ({ fault, faults }),
    set(name) {
      const chosen = Object.hasOwn(SWITCHES, name) ? SWITCHES[name] : undefined;
      if (chosen === undefined) return false;
      shoutcloud.setFaults(chosen.faults);
      fault = name;
      return true;
    },
  };
}
