import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from '../tools/gateway.ts';
import type { Lab } from '../tools/lab.ts';
import { nowMs } from '../tools/now.ts';
import { atMost, exactly, type Figure } from '../tools/row.ts';
import { countOf, p99Ms } from '../tools/statistics.ts';
import { someTexts } from '../tools/texts.ts';

/** Below this a p99 is the machine's, not the gateway's; how busy that is with other things is added. */
const NOISE_MS = 10;

/** In the short form the p99 is the third worst of some 300 answers: one hiccup of the machine decides it. */
const FEW_SAMPLES_MS = 400;

export interface Beside<T> {
  readonly found: T;
  readonly figures: readonly Figure[];
}

/** 100 ordinary requests a second, first alone and then beside the attack, which must not slow them. */
export async function besideOrdinaryCallers<T>(
  lab: Lab,
  gateway: Gateway,
  attack: () => Promise<T>,
): Promise<Beside<T>> {
  const load = lab.load({
    url: gateway.url,
    streams: [
      { label: 'known', texts: { kind: 'list', texts: someTexts(20, lab.seed + 1) }, perSecond: 70 },
      { label: 'unknown', texts: { kind: 'distinct', seed: lab.seed }, perSecond: 30 },
    ],
  });
  await sleep(3_000);
  const attackedAt = nowMs();
  const found = await attack();
  const endedAt = nowMs();
  await load.stop();

  // The first second is the gateway's warming up.
  const startedAt = load.answers[0]?.atMs ?? attackedAt;
  const alone = load.answers.filter(({ atMs }) => atMs > startedAt + 1_000 && atMs < attackedAt);
  const beside = load.answers.filter(({ atMs }) => atMs >= attackedAt);
  const noiseMs = load.noiseMs(attackedAt, endedAt, 0.99);
  const shortMs = lab.isShort ? FEW_SAMPLES_MS : 0;
  return {
    found,
    figures: [
      exactly(
        'ordinary callers not answered',
        countOf(load.answers, ({ isRight }) => !isRight),
        0,
      ),
      atMost('their p99, ms', p99Ms(beside), 3 * Math.max(NOISE_MS, p99Ms(alone)) + noiseMs + shortMs),
    ],
  };
}
