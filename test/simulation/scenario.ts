import type { StackSettings } from '../../src/shouter-stack.ts';
import { type Dice, dice } from './dice.ts';

/** Part of the virtual time, in milliseconds from its start. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const UPSTREAM_FAULTS = [
  ...['refused', 'hang', 'status', 'throttled', 'throttled', 'rejected', 'wrong', 'swapped'],
  ...['crossed', 'slow', 'drip', 'cut', 'stall', 'endless'],
] as const;

/** During this span, `share` of the attempts fail, each in one of the ways in `kinds`. */
export interface UpstreamFault extends Span {
  readonly share: number;
  readonly kinds: readonly string[];
}

const REDIS_FAULTS = [
  ...['slow', 'frozen', 'gone', 'full', 'replica', 'loading'],
  ...['lying', 'lying', 'huge', 'chatty'],
] as const;

export interface RedisFault extends Span {
  readonly kind: (typeof REDIS_FAULTS)[number];
}

/** Callers that come in groups. They do not wait until earlier callers have their answers. */
export interface Crowd extends Span {
  readonly groupsASecond: number;
  readonly groupSize: number;
  readonly texts: 'unknown' | 'zipf' | 'equal';
  /** The share of callers that hang up, and the longest time until they do. */
  readonly hangUps: number;
  readonly patienceMs: number;
  /** The share of texts that SHOUTCLOUD never answers. */
  readonly poison: number;
}

/** Everything that is decided before the run. */
export interface Scenario {
  readonly seed: number;
  readonly settings: StackSettings;
  readonly redisTimeoutMs: number | undefined;
  /** The shortest and the longest time that a healthy SHOUTCLOUD takes for an answer. */
  readonly latencyMs: readonly [number, number];
  readonly upstreamFaults: readonly UpstreamFault[];
  readonly redisFaults: readonly RedisFault[];
  readonly crowds: readonly Crowd[];
  /** The times when the event loop is so late that unknown texts are refused. */
  readonly pressures: readonly Span[];
}

const ACTS = 6;
const ACT_MS = 45_000;
/** From this time on, nothing fails. A few callers come until the end. */
export const CALM_FROM = ACTS * ACT_MS;
const CALLS_UNTIL = CALM_FROM + 90_000;
export const END = CALLS_UNTIL + 10_000;

export function scenarioOf(seed: number): Scenario {
  const roll = dice(seed, 'scenario');
  const settings = settingsOf(roll);
  const acts = Array.from({ length: ACTS }, (_, act) => act * ACT_MS);
  const slowest = Math.min(roll.between(10, 250), settings.attemptTimeoutMs * 0.6);
  return {
    seed,
    settings,
    redisTimeoutMs: roll.chance(0.65) ? 50 : undefined,
    latencyMs: [roll.between(0.1, 0.9) * slowest, slowest],
    upstreamFaults: acts.filter(() => roll.chance(0.7)).map((start) => upstreamFault(roll, start)),
    redisFaults: acts.filter(() => roll.chance(0.6)).map((start) => redisFault(roll, start)),
    crowds: [...acts.flatMap((start) => crowdsOf(roll, start)), lastCrowd()],
    pressures: acts.filter(() => roll.chance(0.1)).map((start) => spanIn(roll, start, 5000)),
  };
}

/**
 * Give a new setting dice of its own: `dice(seed, 'name').one(…)`. If it used the dice of this function, the scenarios of all seeds
 * would change, and with them most rows of the table in README.md.
 */
function settingsOf(roll: Dice): StackSettings {
  return {
    attemptTimeoutMs: roll.one([600, 600, 250]),
    batchMaxItems: roll.one([64, 64, 64, 8, 1]),
    cacheMaxBytes: roll.one([33_554_432, 33_554_432, 33_554_432, 40_000, 10_000, 0]),
    fallback: roll.one(['none', 'none', 'none', 'local']),
    maxInFlight: roll.one([4096, 400, 60]),
    requestDeadlineMs: roll.one([3000, 3000, 1000]),
    retryBudgetRatio: roll.one([1, 1, 0.2]),
    upstreamConnections: roll.one([4, 4, 1, 2]),
    upstreamRetries: roll.one([10, 10, 3, 0]),
  };
}

function upstreamFault(roll: Dice, start: number): UpstreamFault {
  const kinds = roll.chance(0.6)
    ? [roll.one(UPSTREAM_FAULTS)]
    : UPSTREAM_FAULTS.filter(() => roll.chance(0.3)).concat('status');
  return { ...spanIn(roll, start, 20_000), share: roll.one([1, 1, 0.7, 0.5, 0.3, 0.1]), kinds };
}

function redisFault(roll: Dice, start: number): RedisFault {
  return { ...spanIn(roll, start, 20_000), kind: roll.one(REDIS_FAULTS) };
}

function crowdsOf(roll: Dice, start: number): Crowd[] {
  return Array.from({ length: 1 + roll.below(2) }, () => crowdOf(roll, start));
}

function crowdOf(roll: Dice, start: number): Crowd {
  const isBurst = roll.chance(0.3);
  return {
    ...spanIn(roll, start, isBurst ? 8000 : 35_000),
    groupsASecond: isBurst ? roll.between(0.2, 1) : roll.between(1, 8),
    groupSize: isBurst ? 10 + roll.below(150) : roll.one([1, 1, 3, 8]),
    texts: roll.one(['unknown', 'unknown', 'zipf', 'zipf', 'equal']),
    hangUps: roll.one([0, 0, 0.1, 0.5]),
    patienceMs: roll.one([20, 100, 1000]),
    poison: roll.one([0, 0.005, 0.01, 0.05]),
  };
}

function lastCrowd(): Crowd {
  return {
    ...{ from: CALM_FROM, to: CALLS_UNTIL, groupsASecond: 1, groupSize: 1, texts: 'unknown' },
    ...{ hangUps: 0, patienceMs: 0, poison: 0 },
  };
}

/** A span of two seconds or more within the act that begins at `start`. */
function spanIn(roll: Dice, start: number, mostMs: number): Span {
  const length = roll.between(2000, mostMs);
  const from = start + roll.between(0, ACT_MS - length);
  return { from, to: from + length };
}
