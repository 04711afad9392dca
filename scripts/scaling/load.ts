import { type Capacity, REDIS_ENTRY_BYTES } from './capacity.ts';
import { expiringHitRatio, lruHitRatio } from './hit-ratio.ts';
import { type Group, zipf } from './zipf.ts';

/** What is taken for granted about users; `docs/scaling.md` names each. */
export const ASSUMED = {
  textsADay: 10,
  peak: 3,
  differentTexts: 1e9,
  exponent: 1,
  processDays: 7,
  redisBytes: 16 * 1024 ** 3,
  redisDays: 30,
  busyAtMost: 0.5,
  leastProcesses: 2,
  edgeEntries: 1e8,
};

/** What so many users make of it; rates are those of a peak second. */
export interface Load {
  readonly users: number;
  readonly requests: number;
  readonly processes: number;
  /** Shares of all requests. */
  readonly inMemory: number;
  readonly inRedis: number;
  /** A look-up for each request that memory does not answer, and a store for each text that SHOUTCLOUD answers. */
  readonly redisCommands: number;
  /** Texts that SHOUTCLOUD is asked for with memory alone, and with Redis. */
  readonly upstreamWithMemory: number;
  readonly upstreamWithRedis: number;
}

const SECONDS_A_DAY = 86_400;
const traffic = zipf(ASSUMED.differentTexts, ASSUMED.exponent);

/** Users whose every request reaches the service. */
export function loadOf(users: number, capacity: Capacity): Load {
  const requests = (users * ASSUMED.textsADay * ASSUMED.peak) / SECONDS_A_DAY;
  const aDay = users * ASSUMED.textsADay;
  const anywhere = redisHitRatio(traffic, aDay * ASSUMED.redisDays);
  // More processes share the same requests, so each has seen less of them: found by trying.
  let processes = ASSUMED.leastProcesses;
  let inMemory = 0;
  for (let isEnough = false; !isEnough; ) {
    const seen = (aDay * ASSUMED.processDays) / processes;
    inMemory = lruHitRatio(traffic, { entries: capacity.memoryEntries, requests: seen });
    const needed = processesFor(requests, { inMemory, inRedis: Math.max(0, anywhere - inMemory) }, capacity);
    isEnough = needed <= processes;
    if (!isEnough) processes = needed;
  }
  const known = Math.max(inMemory, anywhere);
  return {
    ...{ users, requests, processes, inMemory, inRedis: known - inMemory },
    redisCommands: requests * (1 - inMemory + 1 - known),
    upstreamWithMemory: requests * (1 - inMemory),
    upstreamWithRedis: requests * (1 - known),
  };
}

/** How many processes serve these requests when none is to be busier than assumed. */
export function processesFor(
  requests: number,
  { inMemory, inRedis }: Pick<Load, 'inMemory' | 'inRedis'>,
  { knownRate, redisRate, unknownRate }: Capacity,
): number {
  const busy = inMemory / knownRate + inRedis / redisRate + (1 - inMemory - inRedis) / unknownRate;
  return Math.max(ASSUMED.leastProcesses, Math.ceil((requests * busy) / ASSUMED.busyAtMost));
}

/** Of a Redis of the assumed size: bounded by its memory, and by the life of its entries. */
function redisHitRatio(groups: readonly Group[], requestsInALife: number): number {
  const entries = ASSUMED.redisBytes / REDIS_ENTRY_BYTES;
  const bySize = lruHitRatio(groups, { entries, requests: Number.POSITIVE_INFINITY });
  return Math.min(bySize, expiringHitRatio(groups, requestsInALife));
}

/** What arrives where all ask with GET through a CDN: texts that its edge has not, taken as known to nobody. */
export function behindEdge(users: number, capacity: Capacity) {
  const size = { entries: ASSUMED.edgeEntries, requests: Number.POSITIVE_INFINITY };
  const inEdge = lruHitRatio(traffic, size);
  const requests = ((users * ASSUMED.textsADay * ASSUMED.peak) / SECONDS_A_DAY) * (1 - inEdge);
  return { inEdge, requests, processes: processesFor(requests, { inMemory: 0, inRedis: 0 }, capacity) };
}
