import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Env } from '../../tools/gateway.ts';
import { askAndDrop, besiege, type SiegePlan } from '../../tools/siege.ts';

/** The service that is attacked. */
export interface Target {
  readonly port: number;
  readonly adminPort: number;
}

/** Something that hostile clients do, from a process of their own. */
export interface Attack {
  readonly name: string;
  /** How many connections it holds at once. Honest clients are expected to get fast answers only up to 2,000. */
  readonly connections: number;
  /** Settings that the attack needs to have an effect. */
  readonly env?: Env;
  /** Whether SHOUTCLOUD stops answering after the known strings were learned. */
  readonly upstreamHangs?: boolean;
  /** Runs until its process is killed, which ends all its connections at once. */
  begin(target: Target): unknown;
}

/** What each connection of a crowd does when it is open, or the bytes that it sends. */
export type Act = SiegePlan['act'] | string;

/** An attack of this many connections at once. */
export function crowd(name: string, connections: number, does: Act, reads?: SiegePlan['reads']): Attack {
  const act = typeof does === 'string' ? (socket: Socket) => socket.write(does) : does;
  const begin = ({ port }: Target) => besiege({ port, size: connections, act, reads });
  return { name, connections, begin };
}

/**
 * An attack of this many clients. Each sends a request, waits for the end of the answer, pauses, and goes on with the next one. The
 * requests are made when the attack begins.
 */
export function asking(
  name: string,
  { clients, pauseMs }: { readonly clients: number; readonly pauseMs: number },
  requests: () => readonly string[],
): Attack {
  return {
    name,
    connections: clients,
    begin({ port }) {
      const made = requests();
      for (let index = 0; index < clients; index++) void ask(port, made, index);
    },
  };

  async function ask(port: number, made: readonly string[], first: number): Promise<never> {
    for (let turn = first; ; turn++) {
      await askAndDrop(port, made[turn % made.length] ?? '');
      await sleep(pauseMs);
    }
  }
}
