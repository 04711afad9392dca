import type { Config } from './config/settings.ts';
import { Breaker } from './core/breaker.ts';
import type { BreakerState, World } from './core/events.ts';
import type { Shouter, Store } from './core/shouter.ts';
import type { NextTurn } from './core/turns.ts';
import { verifiedUpperCase } from './core/upper-case.ts';
import type { Place, View } from './telemetry/layer-views.ts';
import { batchedShouter } from './upstream/batched-shouter.ts';
import { cachedShouter, memoryStore } from './upstream/cached-shouter.ts';
import { coalescedShouter, missLimitedShouter } from './upstream/coalesced-shouter.ts';
import { deadlineShouter, fallbackShouter } from './upstream/deadline-shouter.ts';
import { breakerRefusal, Gate, gatedShouter, guardedShouter } from './upstream/gated-shouter.ts';
import type { Transport } from './upstream/http-transport.ts';
import { RetryBudget, retriedShouter } from './upstream/retried-shouter.ts';
import { shoutcloudShouter } from './upstream/shoutcloud-shouter.ts';

/** The factories of the layers. To show what a layer is for, a test passes a table in which that layer does nothing. */
export const LAYERS = {
  fallback: fallbackShouter,
  deadline: deadlineShouter,
  memory: cachedShouter,
  missLimited: missLimitedShouter,
  coalesced: coalescedShouter,
  redis: cachedShouter,
  batched: batchedShouter,
  retried: retriedShouter,
  guarded: guardedShouter,
  gated: gatedShouter,
  shoutcloud: shoutcloudShouter,
};

export type Layers = typeof LAYERS;

export type StackSettings = Pick<
  Config,
  | 'attemptTimeoutMs'
  | 'batchMaxItems'
  | 'cacheMaxBytes'
  | 'fallback'
  | 'maxInFlight'
  | 'requestDeadlineMs'
  | 'retryBudgetRatio'
  | 'upstreamConnections'
  | 'upstreamRetries'
>;

export interface StackParts {
  readonly settings: StackSettings;
  readonly transport: Transport;
  /** The store that all processes share, if there is one. */
  readonly redis: Store | undefined;
  /** Whether the process is so busy that unknown texts are refused. */
  readonly isPressed: () => boolean;
  readonly nextTurn: NextTurn;
  /** The first view is the outermost. */
  readonly views?: readonly View[] | undefined;
  readonly layers?: Layers | undefined;
}

const BREAKER = { failures: 10, spanMs: 1000, probes: 3, leastOpenMs: 1000, mostOpenMs: 5000 };

export type ShouterStack = ReturnType<typeof shouterStack>;

/** The layers around the upstream, innermost first. `docs/resilience.md` says what each is for. */
export function shouterStack(parts: StackParts, world: World) {
  const { settings, transport, redis, isPressed, nextTurn } = parts;
  const { views = [], layers = LAYERS } = parts;
  const breaker = new Breaker({ ...BREAKER, onChange: breakerChanged }, world);
  const isWorthwhile = () => breaker.state === 'closed';
  const budget = new RetryBudget({ ratio: settings.retryBudgetRatio });
  const gate = new Gate({ connections: settings.upstreamConnections }, world);
  const memory = settings.cacheMaxBytes > 0 ? memoryStore({ maxBytes: settings.cacheMaxBytes }) : undefined;

  const shoutcloud = layers.shoutcloud(
    transport,
    { attemptTimeoutMs: settings.attemptTimeoutMs, verify: verifiedUpperCase },
    world,
  );
  const gated = layers.gated(viewed('attempt', shoutcloud), gate);
  const guarded = layers.guarded(gated, breaker, gate);
  const retried = layers.retried(guarded, { retries: settings.upstreamRetries, budget, isWorthwhile }, world);
  const batched = layers.batched(
    retried,
    { maxItems: settings.batchMaxItems, gate, budget, isWorthwhile },
    world,
  );
  const waiting = viewed('waiting', batched);
  const shared = redis ? viewed('redis', layers.redis(waiting, redis, world)) : waiting;
  const coalesced = layers.coalesced(shared, world);
  const limited = layers.missLimited(
    coalesced,
    {
      waiting: coalesced.waiting,
      maxWaiting: Math.max(1, Math.floor(settings.maxInFlight * 0.75)),
      isPressed,
    },
    world,
  );
  const cached = memory ? viewed('memory', layers.memory(limited, memory, world)) : limited;
  const timed = layers.deadline(cached, { deadlineMs: settings.requestDeadlineMs }, world);
  const answered: Shouter =
    settings.fallback === 'local' ? layers.fallback(timed, { nextTurn }, world) : timed;

  return {
    shouter: viewed('text', answered),
    /** The health of SHOUTCLOUD, judging by its last answers. */
    upstream(): 'ok' | 'failing' | 'paused' {
      if (gate.pauseMs > 0) return 'paused';
      return breaker.state === 'closed' ? 'ok' : 'failing';
    },
    status: () => ({
      upstream: {
        breaker: breaker.state,
        retryBudgetTokens: budget.tokens,
        pauseMs: Math.ceil(gate.pauseMs),
        queued: batched.queued(),
        flights: coalesced.flights(),
        waiting: coalesced.waiting(),
      },
      memory: memory?.status(),
    }),
    async close() {
      gate.close();
      await transport.close();
    },
  };

  function viewed(place: Place, layer: Shouter): Shouter {
    return views.reduceRight((inner, view) => view(place, inner), layer);
  }

  function breakerChanged(state: BreakerState, error?: unknown): void {
    world.emit({ type: 'breaker', state, error });
    // Calls that wait at the gate passed the breaker before it opened. Without this, they would still be sent, one after another.
    if (state === 'open') gate.refuseWaiting(breakerRefusal(breaker, gate));
  }
}
