import { redisFrozen, redisKilled } from './caches/redis-outage.ts';
import { longestSteps } from './callers/longest-steps.ts';
import { mixtures } from './callers/mixture.ts';
import { overload } from './callers/overload.ts';
import { inPod } from './callers/survived.ts';
import { randomFaults, soak } from './life-cycle/random-faults.ts';
import { rollingRestart } from './life-cycle/rolling-restart.ts';
import type { Row } from './tools/row.ts';
import { brokenConnections, flaky } from './upstream/faults.ts';
import { outage } from './upstream/outage.ts';

/** The faults that need real sockets, processes, memory or a real Redis. All other faults are in the simulation. */
export const ROWS: readonly Row[] = [
  flaky,
  brokenConnections,
  outage,
  redisKilled,
  redisFrozen,
  overload,
  ...longestSteps,
  ...inPod,
  ...mixtures,
  rollingRestart,
  randomFaults,
  soak,
];
