import { TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import { LeaveController } from '../core/leave-signal.ts';
import type { Call, Shout, Shouter } from '../core/shouter.ts';
import { textKey } from './cached-shouter.ts';

export interface MissLimits {
  /** How many callers wait for `inner` now. */
  readonly waiting: () => number;
  readonly maxWaiting: number;
  /** Whether the process is so busy that it should answer cached texts only. */
  readonly isPressed: () => boolean;
}

/** Limits how many callers wait for texts that are not cached, so that there is always room for cached ones. */
export function missLimitedShouter(
  inner: Shouter,
  { waiting, maxWaiting, isPressed }: MissLimits,
  { emit }: Pick<World, 'emit'>,
): Shouter {
  return {
    shout(text, call) {
      if (waiting() < maxWaiting && !isPressed()) return inner.shout(text, call);
      emit({ type: 'shed', reason: 'misses' });
      return Promise.reject(new TuohsError('OVERLOADED', 'too many callers wait for the upstream'));
    },
  };
}

/**
 * Callers with the same text at the same time share one flight, which is one call of `inner`. The flight's signal aborts
 * only when all its callers have left. A caller that joined an already aborted flight asks again.
 */
export function coalescedShouter(inner: Shouter, { emit }: Pick<World, 'emit'>) {
  const flights = new Map<string, Flight>();
  const total = { waiting: 0 };

  return {
    shout,
    flights: () => flights.size,
    /** How many callers wait. A caller that has left does not count, even if its flight goes on. */
    waiting: () => total.waiting,
  };

  function shout(text: string, call: Call): Promise<Shout> {
    if (call.signal.aborted) return Promise.reject(call.signal.reason);
    const key = textKey(text);
    const running = flights.get(key);
    return running === undefined ? start(key, text, call) : join(running, text, call);
  }

  function start(key: string, text: string, call: Call): Promise<Shout> {
    const flight = new Flight(call, (shared) => inner.shout(text, shared), total);
    flights.set(key, flight);
    const land = () => {
      flights.delete(key);
      flight.land();
    };
    void flight.landed.then(land, land);
    return flight.landed;
  }

  async function join(flight: Flight, text: string, call: Call): Promise<Shout> {
    emit({ type: 'coalesced' });
    flight.join(call);
    try {
      return { ...(await flight.landed), collapsed: true };
    } catch (error) {
      if (!flight.aborted) throw error;
      return shout(text, call);
    }
  }
}

/** A call that several callers share. Its deadline is the latest deadline of its callers. It aborts when all callers have left. */
class Flight extends LeaveController implements Call {
  readonly texts = 1;
  readonly landed: Promise<Shout>;
  deadline = 0;
  readonly #total: { waiting: number };
  #waiting = 0;

  constructor(first: Call, ask: (shared: Call) => Shout | Promise<Shout>, total: { waiting: number }) {
    super();
    this.#total = total;
    this.join(first);
    this.landed = Promise.resolve(ask(this));
  }

  join({ signal, deadline }: Call): void {
    this.#count(1);
    this.deadline = Math.max(this.deadline, deadline);
    signal.addEventListener('abort', this.#leave);
  }

  /** Call it when the flight ends: its callers no longer wait. */
  land(): void {
    this.#count(-this.#waiting);
  }

  #count(change: number): void {
    this.#waiting += change;
    this.#total.waiting += change;
  }

  readonly #leave = () => {
    if (this.#waiting === 0) return;
    this.#count(-1);
    if (this.#waiting === 0) this.abort(new TuohsError('UPSTREAM_TIMEOUT', 'no caller waits any more'));
  };
}
