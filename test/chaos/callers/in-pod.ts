import type { Row } from '../tools/row.ts';
import { ATTACKS } from './attacks/attacks.ts';
import { survived } from './survived.ts';

/** Each attack alone, against a service in the memory of the chart's pod. */
export const inPod: readonly Row[] = ATTACKS.map((attack) => survived(attack));
