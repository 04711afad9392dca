import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../../support/caller.ts';
import type { Load } from '../../support/load.ts';
import { msUntil } from '../../support/until.ts';
import type { Gateway } from '../tools/gateway.ts';
import type { Lab } from '../tools/lab.ts';
import { atLeast, atMost, exactly, type Figure, type Handicap, noted, type Row } from '../tools/row.ts';
import { between, isRight, lostOf, ofLabel, p99Ms, shareOf, statusesOf } from '../tools/statistics.ts';
import type { Attack } from './attacks/attack.ts';
import { startAttack } from './attacks/attacker.ts';
import { ATTACKS } from './attacks/attacks.ts';
import { honestCallers, isShort, serviceInPod } from './honest-callers.ts';

const MEBIBYTE = 2 ** 20;
const DRAIN_MS = 6_000;
/** The attack begins when honest clients have this many answers, which takes about 3 s. These answers are the baseline. */
const ALONE_ANSWERS = 130;
/** Longer than 10 s, because a client that makes no progress is cut off after that time. */
const ATTACK_MS = 14_000;
const REST_MS = 20_000;
const BEFORE_END_MS = 3_000;
/**
 * If an attack has more connections than this, the time of the answers to honest clients has no limit, and more of their large
 * texts can be refused.
 */
export const MODEST_CONNECTIONS = 2_000;

const MEMORY_AFTER = 'memory 20 s after, MiB more than before';
const MEMORY_AT_MOST = 'memory at most, MiB';
/** Less than the limit of the pod, because a process at the limit can survive while the kernel can still drop file pages. */
const LESS_THAN_POD_MIB = 240;
const ANY_CONNECTIONS = { MAX_CONNECTIONS: '1000000' };
const ANY_BYTES = { MAX_BYTES_IN_FLIGHT: String(2 ** 40) };

/** By the name of the attack: the settings that switch off the protection against it, and the figure that must then fail. */
const HANDICAPS: Readonly<Record<string, Handicap>> = {
  '17,000 silent connections': { env: ANY_CONNECTIONS, fails: MEMORY_AFTER },
  'two waves of 3,000 unknown strings of 16 KB, SHOUTCLOUD hangs': {
    env: { ...ANY_CONNECTIONS, ...ANY_BYTES, MAX_IN_FLIGHT: '1000000' },
    fails: MEMORY_AT_MOST,
  },
  '1,200 bodies of which all but a byte came at once': { env: ANY_BYTES, fails: 'alive' },
};

/** One row for each attack, on a service with the memory limit of the chart's pod. */
export const inPod: readonly Row[] = ATTACKS.map((attack) => survived(attack, HANDICAPS[attack.name]));

/** Attacks the service twice, and sends SIGTERM during the second attack. */
function survived(attack: Attack, unprotected?: Handicap): Row {
  return {
    name: `in 250 MiB: ${attack.name}`,
    group: 'callers',
    needsCgroup: true,
    ...(unprotected && { unprotected }),
    async run(lab) {
      const gateway = await serviceInPod(lab, attack);
      const load = honestCallers(lab, gateway);
      await msUntil(() => load.answers.length >= ALONE_ANSWERS, 20_000);
      const figures = await underAttack(lab, gateway, { attack, load });
      if (!isRunning(gateway)) return figures;
      return [...figures, ...(await terminatedUnderAttack(lab, gateway, { attack, load }))];
    },
  };
}

interface Scene {
  readonly attack: Attack;
  readonly load: Load;
}

async function underAttack(lab: Lab, gateway: Gateway, { attack, load }: Scene): Promise<Figure[]> {
  const before = gateway.rssBytes();
  const alone = load.answers.slice();
  const attackedAt = nowMs();
  const attacker = await startAttack(lab, gateway, attack);
  let peak = before;
  // Reads the peak memory at each check, because it cannot be read after the process has ended.
  const isDead = () => {
    peak = Math.max(peak, gateway.peakRssBytes());
    return !isRunning(gateway);
  };
  await msUntil(isDead, ATTACK_MS);
  await attacker.leave();
  const endedAt = nowMs();
  const isBack = () => gateway.rssBytes() <= before + 32 * MEBIBYTE;
  if (isRunning(gateway)) await msUntil(isBack, REST_MS);
  // A killed process must fail the figure for memory, so its memory counts as infinite.
  const after = isRunning(gateway) ? gateway.rssBytes() : Number.POSITIVE_INFINITY;
  return [
    exactly('alive', isRunning(gateway) ? 'yes' : `ended with ${await gateway.exitCode}`, 'yes'),
    exactly('known not answered before the attack', statusesOf(lostOf(alone)), ''),
    noted('their p99 before the attack, ms', p99Ms(alone)),
    ...answered(load, attackedAt, endedAt, attack.connections),
    noted('memory before, MiB', before / MEBIBYTE),
    atMost(MEMORY_AT_MOST, peak / MEBIBYTE, LESS_THAN_POD_MIB),
    atMost(MEMORY_AFTER, (after - before) / MEBIBYTE, 32),
  ];
}

function answered(load: Load, from: number, to: number, connections: number): Figure[] {
  const during = between(load.answers, from, to);
  const figures = ['kept', 'fresh', 'large'].map((label) => {
    const answers = ofLabel(during, label);
    const lost = statusesOf(lostOf(answers));
    const least = isModest(connections) || isShort({ label }) ? 0.99 : 0.8;
    return atLeast(`known answered, ${label}${lost && ` (not: ${lost})`}`, shareOf(answers, isRight), least);
  });
  const noiseMs = load.noiseMs(from, to, 0.99);
  const p99 = p99Ms(during.filter(isShort));
  return [
    ...figures,
    isModest(connections) ? atMost('their p99, ms', p99, 500 + noiseMs) : noted('their p99, ms', p99),
  ];
}

/** Checks that honest clients get all answers during the drain, and that the service then ends in time with exit code 0. */
async function terminatedUnderAttack(lab: Lab, gateway: Gateway, { attack, load }: Scene): Promise<Figure[]> {
  const attacker = await startAttack(lab, gateway, attack);
  await sleep(BEFORE_END_MS);
  const signalledAt = nowMs();
  const code = await gateway.stop();
  const tookMs = nowMs() - signalledAt;
  await attacker.leave();
  await load.stop();
  const drained = between(load.answers, signalledAt, signalledAt + DRAIN_MS - 500).filter(
    (answer) => isModest(attack.connections) || isShort(answer),
  );
  return [
    exactly('SIGTERM: exit code', String(code), '0'),
    atMost('SIGTERM: ended after, ms', tookMs, DRAIN_MS + 4_000),
    exactly('SIGTERM: last line', gateway.log.at(-1)?.msg ?? '', 'closed'),
    exactly(`SIGTERM: of ${drained.length} known not answered`, statusesOf(lostOf(drained)), ''),
  ];
}

export function isModest(connections: number): boolean {
  return connections <= MODEST_CONNECTIONS;
}

function isRunning(gateway: Gateway): boolean {
  return gateway.rssBytes() > 0;
}
