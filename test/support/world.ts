import type { Clock } from '../../src/core/clock.ts';
import type { Event, World } from '../../src/core/events.ts';
import { type ConnectionsHost, connections } from '../../src/http/limits/connections.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';

/** A turn of the event loop that lasts until the test calls `end`. Until then, everything planned with `soon` waits. */
export function heldTurn() {
  const waiting: (() => void)[] = [];
  const soon: Clock['soon'] = (run) => {
    waiting.push(run);
    return () => {};
  };
  const end = () => {
    for (const run of waiting.splice(0)) run();
  };
  return { soon, waiting, end };
}

export interface TestWorld<C extends Clock = FakeClock> extends World {
  readonly clock: C;
  /** All events, in order. */
  readonly events: Event[];
  /** The events of one type. */
  emitted<T extends Event['type']>(type: T): Extract<Event, { type: T }>[];
}

/** A world under the control of the test: a clock that stands still, and a record of all events. */
export function testWorld(): TestWorld {
  return worldOn(fakeClock());
}

/** A world on this clock, which also records all events. */
export function worldOn<C extends Clock>(clock: C): TestWorld<C> {
  const events: Event[] = [];
  return {
    clock,
    events,
    emit: (event) => void events.push(event),
    emitted: (type) =>
      events.filter((event) => event.type === type) as Extract<Event, { type: typeof type }>[],
  };
}

/** The connections of a server that has no open connections yet. */
export function noConnections(maxConnections: number, host: Partial<ConnectionsHost> = {}) {
  const { clock } = testWorld();
  const usual = { clock, nextTurn: async () => {}, isClosing: () => false };
  return connections({ maxConnections, slowClientMs: 10_000 }, { ...usual, ...host });
}
