import { BREAKER, redisConnection } from '../../src/cache/redis-connection.ts';
import { redisStore } from '../../src/cache/redis-store.ts';
import { AttemptError } from '../../src/core/errors.ts';
import type { Event, World } from '../../src/core/events.ts';
import type { Call, Shouter } from '../../src/core/shouter.ts';
import { turns } from '../../src/core/turns.ts';
import { verifiedUpperCase } from '../../src/core/upper-case.ts';
import { LAYERS, type Layers, shouterStack } from '../../src/shouter-stack.ts';
import type { Place } from '../../src/telemetry/layer-views.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { attemptRules } from './attempt-rules.ts';
import { breakerRules } from './breaker-rules.ts';
import { callRules } from './call-rules.ts';
import { startCallers } from './callers.ts';
import { dice } from './dice.ts';
import { type Coverage, journal as newJournal, Violation } from './journal.ts';
import { redisRules } from './redis-rules.ts';
import { CALM_FROM, END, type Scenario } from './scenario.ts';
import { simulatedRedis } from './simulated-redis.ts';
import { simulatedShoutcloud } from './simulated-shoutcloud.ts';
import { idsIn } from './texts.ts';

/** The parts of the real stack. A run with other parts shows what happens without a protection. */
export const PROTECTED = {
  layers: LAYERS as Layers,
  redisBreaker: BREAKER,
  verifyRedis: verifiedUpperCase,
};

export type Variant = typeof PROTECTED;

export interface Outcome {
  readonly violation: Violation | undefined;
  readonly coverage: Coverage;
}

/** After SHOUTCLOUD has been healthy for this long, each call must succeed, because every earlier call has ended. */
const RECOVERY_MS = 4000;

/** For this long after Redis sent wrong values or unexpected replies, a value can still be wrong. */
const LYING_MS = 1000;

/** From this time on, no attempt fails. */
const REST_FROM = CALM_FROM + RECOVERY_MS;

/** Runs the whole stack through a scenario. The same scenario gives the same run, event by event. */
export async function simulate(
  scenario: Scenario,
  variant: Variant = PROTECTED,
  trace?: (line: string) => void,
): Promise<Outcome> {
  const { seed, settings, redisTimeoutMs, upstreamFaults, redisFaults, pressures } = scenario;
  const [random, tie] = [dice(seed, 'stack').next, dice(seed, 'order').next];
  const clock = fakeClock({ random, tie, onStep, burst: 256 });
  const journal = newJournal(clock, trace);
  const { coverage } = journal;
  const startedAt = clock.now();
  const breaker = breakerRules(journal);
  const attempts = attemptRules(
    { settings, breaker, waiting: () => calls.waiting, isWanted: (ids) => calls.isWanted(ids) },
    journal,
  );
  const redisSide = redisRules(redisTimeoutMs ?? 0, journal);
  const world: World = { clock, emit };

  const redis =
    redisTimeoutMs === undefined
      ? undefined
      : redisConnection(
          {
            ...{ url: 'redis://here', ca: undefined, lookup: () => {} },
            ...{ timeoutMs: redisTimeoutMs, breaker: variant.redisBreaker },
          },
          world,
          simulatedRedis(scenario, redisSide, { dice: dice(seed, 'redis'), journal }),
        );
  const stack = shouterStack(
    {
      settings,
      transport: simulatedShoutcloud(scenario, attempts, { dice: dice(seed, 'shoutcloud'), journal }),
      redis: redis && redisStore(redis, { ttlDays: 30, verify: variant.verifyRedis }, world),
      isPressed: () => isWithin(pressures),
      nextTurn: turns(clock),
      views: [counted],
      layers: { ...variant.layers, retried: (...parts) => countBatches(variant.layers.retried(...parts)) },
    },
    world,
  );
  const slowestMs = scenario.latencyMs[1];
  const calls = callRules({ settings, slowestMs, stack: () => stack, isCalm, attempts, breaker }, journal);
  const onRejection = (reason: unknown) => journal.violated('no rejection is left alone', String(reason));
  process.on('unhandledRejection', onRejection);
  startCallers(scenario, { shouter: stack.shouter, rules: calls }, { dice: dice(seed, 'callers'), journal });

  try {
    await clock.advance(REST_FROM);
    const textsBeforeRest = attempts.texts;
    await clock.advance(END - REST_FROM);
    checkEnd(textsBeforeRest);
    await stack.close();
    redis?.close();
    await clock.advance(120_000);
    if (clock.timers() > 0) journal.violated('nothing is left', `${clock.timers()} timers`);
    journal.check();
    return { violation: undefined, coverage };
  } catch (error) {
    if (error instanceof Violation) return { violation: error, coverage };
    throw error;
  } finally {
    coverage.virtualMs = clock.now() - startedAt;
    process.off('unhandledRejection', onRejection);
  }

  function onStep(): void {
    coverage.events++;
    calls.check();
    journal.check();
  }

  function emit(event: Event): void {
    journal.note(event.type, () => JSON.stringify(event));
    switch (event.type) {
      case 'batch':
        coverage.batches++;
        return;
      case 'breaker':
        breaker.changed(event.state);
        if (event.state === 'open') coverage.breakerOpenings++;
        return;
      case 'fallback':
        coverage.fallbacks++;
        return;
      case 'verification-failed':
        coverage.refusedValues++;
        if (event.source === 'redis' && !isLying())
          journal.violated('a right value of Redis is used', 'it was refused');
        return;
      case 'redis-operation':
      case 'redis-connection':
        return redisSide.emitted(event);
    }
  }

  /** Whether Redis can give a wrong value. After a reply that no one asked for, a command can get the reply of an earlier one. */
  function isLying(): boolean {
    return isWithin(
      redisFaults.filter(({ kind }) => kind === 'lying' || kind === 'chatty'),
      LYING_MS,
    );
  }

  function isWithin(spans: Scenario['pressures'], leadMs = 0): boolean {
    const now = clock.now() - startedAt;
    return spans.some(({ from, to }) => now >= from - settings.requestDeadlineMs && now < to + leadMs);
  }

  function isCalm(): boolean {
    return (
      breaker.state === 'closed' &&
      !isWithin(upstreamFaults, RECOVERY_MS) &&
      !isWithin(pressures, RECOVERY_MS) &&
      clock.now() >= attempts.pausedUntil + RECOVERY_MS
    );
  }

  function counted(place: Place, layer: Shouter): Shouter {
    if (place === 'waiting') return countStrings(layer);
    return place === 'attempt' ? countAttempts(layer) : layer;
  }

  function countStrings(inner: Shouter): Shouter {
    return {
      shout(text, call) {
        const ids = idsIn(text);
        attempts.string(ids);
        calls.queued(ids);
        return inner.shout(text, call);
      },
    };
  }

  /** Counts the batches that are halved: those that fail while the breaker is closed. */
  function countBatches(inner: Shouter): Shouter {
    return {
      async shout(text, call) {
        calls.batchLeft();
        try {
          return await inner.shout(text, call);
        } catch (error) {
          if (call.texts > 1 && breaker.state === 'closed' && error instanceof AttemptError)
            coverage.splits++;
          throw error;
        }
      },
    };
  }

  /** Counts the retries, which are all attempts of a call except its first, and reports how each attempt ended. */
  function countAttempts(inner: Shouter): Shouter {
    const seen = new WeakSet<Call>();
    return {
      async shout(text, call) {
        if (seen.has(call)) coverage.retries++;
        seen.add(call);
        const attempt = { units: text.length, startedAt: clock.now() };
        try {
          const shout = await inner.shout(text, call);
          attempts.succeeded();
          breaker.judged('success', attempt);
          return shout;
        } catch (error) {
          if (!(error instanceof AttemptError)) throw error;
          attempts.failed(idsIn(text), error);
          breaker.judged(error.failure, attempt);
          throw error;
        }
      },
    };
  }

  function checkEnd(textsBeforeRest: number): void {
    const { breaker: state, queued, flights, waiting, retryBudgetTokens } = stack.status().upstream;
    const earned = settings.retryBudgetRatio * (attempts.texts - textsBeforeRest);
    if (retryBudgetTokens < Math.min(20, earned) - 0.001)
      journal.violated('the budget fills again', `${retryBudgetTokens} tokens`);
    if (state !== 'closed') journal.violated('a breaker closes again', `it is ${state}`);
    if (queued + flights + waiting + calls.waiting + attempts.underWay > 0)
      journal.violated('nothing is left', JSON.stringify({ queued, flights, waiting }));
    const redisNow = redis?.status();
    const { isUp = true, trouble, breaker: redisBreaker = 'closed' } = redisNow ?? {};
    if (!isUp || trouble || redisBreaker !== 'closed')
      journal.violated('Redis is used again', JSON.stringify(redisNow));
  }
}
