import type { Handicap, Row } from '../tools/row.ts';
import { ATTACKS } from './attacks/attacks.ts';
import { survived } from './survived.ts';

/** For each attack: the settings that switch its protection off, and the figure that must then fail. */
const HANDICAPS: Readonly<Record<string, Handicap>> = {
  '17,000 silent connections': {
    env: { MAX_CONNECTIONS: '1000000' },
    fails: 'memory 20 s after, MiB more than before',
  },
  'two waves of 3,000 unknown strings of 16 KB, SHOUTCLOUD hangs': {
    env: { MAX_BYTES_IN_FLIGHT: String(2 ** 40), MAX_CONNECTIONS: '1000000', MAX_IN_FLIGHT: '1000000' },
    fails: 'memory 20 s after, MiB more than before',
  },
  '1,200 bodies of which all but a byte came at once': {
    env: { MAX_BYTES_IN_FLIGHT: String(2 ** 40) },
    fails: 'alive',
  },
};

/** Each attack alone, on a service in the memory of the chart's pod. */
export const inPod: readonly Row[] = ATTACKS.map((attack) => survived(attack, HANDICAPS[attack.name]));
