import { type Clock, sleepOn, systemClock } from '../../../src/core/clock.ts';

/** Every wait is over at once; `waits` are the milliseconds asked for. */
export function instantClock(): Clock & { waits: number[] } {
  const waits: number[] = [];
  return clockWith(waits, (ms, run) => {
    waits.push(ms);
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  });
}

/** No wait ever ends; `waits` are those that nobody cancelled yet. */
export function stoppedClock(): Clock & { waits: number[] } {
  const waits: number[] = [];
  return clockWith(waits, (ms) => {
    waits.push(ms);
    return () => waits.splice(waits.indexOf(ms), 1);
  });
}

function clockWith(waits: number[], after: Clock['after']): Clock & { waits: number[] } {
  const sleep: Clock['sleep'] = (ms, signal) => sleepOn({ after }, ms, signal);
  return { ...systemClock, epochMs: () => Date.UTC(2030, 0, 1), random: () => 0.5, after, sleep, waits };
}
