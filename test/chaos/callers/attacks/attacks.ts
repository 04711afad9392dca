import type { Attack } from './attack.ts';
import { costlyInput } from './costly-input.ts';
import { deafReaders } from './deaf-readers.ts';
import { floods } from './floods.ts';
import { protocolAbuse } from './protocol-abuse.ts';
import { slowSenders } from './slow-senders.ts';

/** All attacks of the laboratory. */
export const ATTACKS = [...costlyInput, ...slowSenders, ...deafReaders, ...floods, ...protocolAbuse];

export function attackNamed(name: string): Attack {
  const attack = ATTACKS.find((each) => each.name === name);
  if (!attack) throw new Error(`there is no attack "${name}"`);
  return attack;
}
