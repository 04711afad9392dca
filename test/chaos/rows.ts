import { coldFlood, emptied } from './caches/emptied.ts';
import { redisLies } from './caches/redis-lies.ts';
import { redisFrozen, redisKilled, redisSlow } from './caches/redis-outage.ts';
import { redisRefuses } from './caches/redis-refusals.ts';
import { redisSpoilt } from './caches/redis-spoilt.ts';
import { hostileInput } from './callers/hostile-input.ts';
import { inPod } from './callers/in-pod.ts';
import { longestSteps } from './callers/longest-steps.ts';
import { mixture, mixtureLong } from './callers/mixture.ts';
import { overload } from './callers/overload.ts';
import { aborts, pipelined } from './callers/pipelines.ts';
import { halfBodies, slowHeaders } from './callers/slow-clients.ts';
import { tooLarge } from './callers/too-large.ts';
import { randomFaults, randomFaultsLong } from './life-cycle/random-faults.ts';
import { rollingRestart } from './life-cycle/rolling-restart.ts';
import { soak } from './life-cycle/soak.ts';
import { absentParts, wrongSettings } from './life-cycle/start.ts';
import { terminated, terminatedDuringStart, terminatedTwice } from './life-cycle/terminated.ts';
import type { Row } from './tools/row.ts';
import { hangUps, poisonedBatch } from './upstream/batches.ts';
import { closedAfterAnswer, redirects, resets, unaskedAnswers } from './upstream/broken-connections.ts';
import { distinctBurst, equalBurst } from './upstream/bursts.ts';
import { compatibleServer } from './upstream/compatible-server.ts';
import { halfErrors, mostlyErrors, randomErrors } from './upstream/flaky.ts';
import { halfOpen } from './upstream/half-open.ts';
import { largeAnswers } from './upstream/large-answers.ts';
import { closedPort, silentUpstream } from './upstream/outage.ts';
import { retryAfter } from './upstream/retry-after.ts';
import { trickledAnswer } from './upstream/slow-bytes.ts';
import { tamperedBatches } from './upstream/tampered-batches.ts';
import { oddButSound, wrongAnswers } from './upstream/wrong-answers.ts';

/** The whole table of faults, in its order. */
export const ROWS: readonly Row[] = [
  distinctBurst,
  equalBurst,
  closedPort,
  silentUpstream,
  randomErrors,
  halfErrors,
  mostlyErrors,
  compatibleServer,
  retryAfter,
  trickledAnswer,
  largeAnswers,
  wrongAnswers,
  oddButSound,
  resets,
  closedAfterAnswer,
  unaskedAnswers,
  redirects,
  poisonedBatch,
  tamperedBatches,
  hangUps,
  halfOpen,
  redisKilled,
  redisFrozen,
  redisSlow,
  redisRefuses,
  redisLies,
  redisSpoilt,
  emptied,
  coldFlood,
  slowHeaders,
  halfBodies,
  tooLarge,
  hostileInput,
  pipelined,
  aborts,
  overload,
  ...longestSteps,
  ...inPod,
  mixture,
  mixtureLong,
  rollingRestart,
  terminated,
  terminatedTwice,
  terminatedDuringStart,
  absentParts,
  wrongSettings,
  randomFaults,
  randomFaultsLong,
  soak,
];
