import { Breaker } from '../../../src/core/breaker.ts';
import { AttemptError } from '../../../src/core/errors.ts';
import type { Call, Shout } from '../../../src/core/shouter.ts';
import { guardedShouter } from '../../../src/upstream/guarded-shouter.ts';
import { leavableCall, testCall } from '../../support/call.ts';
import { type FakeShouter, fakeShouter } from '../../support/fake-shouter.ts';
import { type TestWorld, testWorld } from '../../support/world.ts';

/** Calls that were let through before it opened. */
export interface Early {
  readonly shouts: Promise<Shout>[];
  leave(): void;
  fail(): void;
}

export interface Guarded {
  readonly world: TestWorld;
  readonly upstream: FakeShouter;
  readonly breaker: Breaker;
  shout(text: string, call?: Call): Promise<Shout>;
  /** Twenty failing calls, one each 100 ms. */
  failOften(error: unknown): Promise<void>;
  open(): Promise<void>;
  /** Lets calls begin, opens, and waits until probes would be let through. */
  becomeHalfOpen(calls?: { underWay: number }): Promise<Early>;
  /** What was sent since it became half open. */
  sentSince(): string[];
}

/** A guarded shouter around a fake, whose breaker has the numbers of the real one. */
export function startGuarded(): Guarded {
  const world = testWorld();
  world.clock.setRandom(0);
  const upstream = fakeShouter();
  const early = fakeShouter();
  const numbers = { failures: 10, spanMs: 1000, probes: 3, leastOpenMs: 1000, mostOpenMs: 5000 };
  const breaker = new Breaker({ ...numbers, onChange: () => {} }, world);
  const shouter = guardedShouter(
    { shout: (text, call) => (text.startsWith('early') ? early : upstream).shout(text, call) },
    breaker,
  );
  let sentBefore = 0;

  const shout: Guarded['shout'] = async (text, call = testCall()) => shouter.shout(text, call);
  const failOften: Guarded['failOften'] = async (error) => {
    upstream.failWith(error);
    for (let i = 0; i < 20; i++) {
      await shout('fails').catch(() => {});
      await world.clock.advance(100);
    }
  };
  const open = async () => {
    const failure = new AttemptError('server_error', 'as told');
    upstream.failWith(failure);
    for (let i = 0; i < 9; i++) await shout('fails').catch(() => {});
    await world.clock.advance(1000);
    await shout('fails').catch(() => {});
  };

  return {
    world,
    upstream,
    breaker,
    shout,
    failOften,
    open,
    async becomeHalfOpen({ underWay } = { underWay: 0 }) {
      early.hold();
      const { call, leave } = leavableCall();
      const shouts = Array.from({ length: underWay }, (_, i) => shout(`early ${i}`, call));
      await open();
      await world.clock.advance(1000);
      sentBefore = upstream.calls.length;
      return { shouts, leave, fail: () => early.failHeld(new AttemptError('timeout', 'as told')) };
    },
    sentSince: () => upstream.calls.slice(sentBefore),
  };
}
