import { TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import { LeaveController } from '../core/leave-signal.ts';
import type { Call, Shout, Shouter } from '../core/shouter.ts';
import { Slots } from '../core/slots.ts';

/**
 * Callers with the same text at the same time share one flight of `inner`. One that leaves cancels nobody else: the
 * flight's signal aborts when all have left. Who joined it in vain starts a new one.
 */
export function coalescedShouter(
  inner: Shouter,
  { emit }: Pick<World, 'emit'>,
): Shouter & { flights(): number } {
  const flights = new Slots<Flight>();
  const slotOf = new Map<string, number>();

  return {
    flights: () => flights.size,
    async shout(text, call) {
      for (;;) {
        call.signal.throwIfAborted();
        const running = flights.get(slotOf.get(text) ?? -1);
        if (running === undefined) return start(text, call);
        emit({ type: 'coalesced' });
        try {
          return { ...(await running.join(call)), collapsed: true };
        } catch (error) {
          if (!running.isAbandoned) throw error;
        }
      }
    },
  };

  function start(text: string, call: Call): Promise<Shout> {
    const flight = new Flight(
      (shared) => inner.shout(text, shared),
      () => {
        flights.remove(slot);
        slotOf.delete(text);
      },
    );
    const slot = flights.add(flight);
    slotOf.set(text, slot);
    return flight.join(call);
  }
}

/** One shared call, which lasts as long as somebody waits: to the latest deadline of all who joined. */
class Flight {
  readonly #controller = new LeaveController();
  readonly #take: (call: Call) => Shout | Promise<Shout>;
  readonly #onLanded: () => void;
  #landed: Promise<Shout> | undefined;
  #deadline = 0;
  #waiting = 0;

  constructor(take: (call: Call) => Shout | Promise<Shout>, onLanded: () => void) {
    this.#take = take;
    this.#onLanded = onLanded;
  }

  get isAbandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  async join({ signal, deadline }: Call): Promise<Shout> {
    this.#waiting++;
    this.#deadline = Math.max(this.#deadline, deadline);
    signal.addEventListener('abort', this.#leave, { once: true });
    this.#landed ??= this.#fly();
    try {
      return await this.#landed;
    } finally {
      signal.removeEventListener('abort', this.#leave);
    }
  }

  async #fly(): Promise<Shout> {
    const flight = this;
    try {
      return await this.#take({
        signal: this.#controller.signal,
        strings: 1,
        get deadline() {
          return flight.#deadline;
        },
      });
    } finally {
      this.#onLanded();
    }
  }

  readonly #leave = () => {
    this.#waiting--;
    if (this.#waiting === 0)
      this.#controller.abort(new TuohsError('UPSTREAM_TIMEOUT', 'nobody waits any more'));
  };
}
