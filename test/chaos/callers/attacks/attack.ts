import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Env } from '../../tools/gateway.ts';
import { askAndDrop, besiege, type SiegePlan } from '../../tools/siege.ts';

/** The service that is attacked. */
export interface Target {
  readonly port: number;
  readonly adminPort: number;
}

/** An attack by hostile clients. It runs in a process of its own. */
export interface Attack {
  readonly name: string;
  /** How many connections the attack holds at once. With more than 2,000, honest clients can get slow answers. */
  readonly connections: number;
  /** Settings that the attack needs to have an effect. */
  readonly env?: Env;
  /** Whether SHOUTCLOUD stops answering once the service has cached the known strings. */
  readonly upstreamHangs?: boolean;
  /** Runs until its process is killed, which ends all its connections at once. */
  begin(target: Target): unknown;
}

/** What each connection does when it is open: a function, or the bytes to send. */
export type Act = SiegePlan['act'] | string;

/** An attack with `connections` connections at once. */
export function crowd(name: string, connections: number, does: Act, reads?: SiegePlan['reads']): Attack {
  const act = typeof does === 'string' ? (socket: Socket) => socket.write(does) : does;
  const begin = ({ port }: Target) => besiege({ port, size: connections, act, reads });
  return { name, connections, begin };
}

/**
 * An attack by `clients` clients. Each sends a request, waits for the end of the answer, pauses, and sends the next request. The
 * function `requests` is called when the attack begins.
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
