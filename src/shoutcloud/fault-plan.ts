import { checkRates, parseFaults, parseScript } from './fault-grammar.ts';
import type { FaultChooser, Faults, RatedFault, Script } from './faults.ts';

/**
 * Decides the fault of one request after the other: first the script, step by step, then `faults`, where a single
 * draw of `random` a request decides between all of them. Throws an Error for what it cannot read.
 */
export function faultPlan(faults: Faults, script: Script, random: () => number): FaultChooser {
  const steps = (typeof script === 'string' ? parseScript(script) : script).values();
  const choose = typeof faults === 'function' ? faults : randomFault(faults, random);

  return (index, input) => {
    const step = steps.next();
    return step.done ? choose(index, input) : step.value;
  };
}

function randomFault(faults: string | readonly RatedFault[], random: () => number): FaultChooser {
  const rated = typeof faults === 'string' ? parseFaults(faults) : faults;
  checkRates(rated);

  return () => {
    let draw = random();
    return rated.find(({ rate }) => {
      draw -= rate;
      return draw < 0;
    })?.fault;
  };
}
