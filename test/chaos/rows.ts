import { longestSteps } from './callers/longest-steps.ts';
import { mixture, mixtureLong } from './callers/mixture.ts';
import { overload } from './callers/overload.ts';
import { inPod } from './callers/survived.ts';
import { randomFaults, soak } from './life-cycle/random-faults.ts';
import type { Row } from './tools/row.ts';
import { brokenConnections, flaky } from './upstream/faults.ts';

/** The rows that need real sockets, processes, memory or a real Redis. Everything else is in the simulation. */
export const ROWS: readonly Row[] = [
  flaky,
  brokenConnections,
  overload,
  ...longestSteps,
  ...inPod,
  mixture,
  mixtureLong,
  randomFaults,
  soak,
];
