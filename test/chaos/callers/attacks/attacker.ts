import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Gateway } from '../../tools/gateway.ts';
import type { Lab } from '../../tools/lab.ts';
import type { Attack } from './attack.ts';

/** A running attack. */
export interface Attacker {
  /** Ends all its connections at once. Resolves when its process has ended. */
  leave(): Promise<void>;
}

/** Starts an attack in a process of its own. */
export async function startAttack(lab: Lab, gateway: Gateway, { name }: Attack): Promise<Attacker> {
  const { port, adminPort } = gateway;
  const worker = fork(WORKER, [JSON.stringify({ name, target: { port, adminPort } })]);
  const gone = once(worker, 'exit');
  const leave = async () => {
    worker.kill('SIGKILL');
    await gone;
  };
  lab.after(leave);
  await once(worker, 'message');
  return { leave };
}

const WORKER = fileURLToPath(new URL('attack-worker.ts', import.meta.url));
