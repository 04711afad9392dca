import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../src/shoutcloud/fault-plan.ts';
import { nowMs } from '../../support/caller.ts';
import { msUntil } from '../../support/until.ts';
import type { Lab } from '../tools/lab.ts';
import { atLeast, atMost, exactly, type Figure, noted, type Row } from '../tools/row.ts';
import { between, isRight, lostOf, p99Ms, shareOf, statusesOf } from '../tools/statistics.ts';
import type { Attack } from './attacks/attack.ts';
import { type Attacker, startAttack } from './attacks/attacker.ts';
import { ATTACKS } from './attacks/attacks.ts';
import { honestCallers, isShort, serviceInPod } from './honest-callers.ts';
import { isModest, MODEST_CONNECTIONS } from './survived.ts';

const MEBIBYTE = 2 ** 20;
const AT_ONCE = 3;
const ROUND_MS = 4_000;

/** One row runs for a minute, the other row for ten minutes. */
export const mixtures: readonly Row[] = [1, 10].map((minutes) => ({
  name: `in 250 MiB: a random mixture of all attacks${minutes === 1 ? '' : ', for 10 minutes'}`,
  ...{ group: 'callers', needsCgroup: true, isLong: minutes > 1 },
  run: (lab) => measure(lab, minutes * 60_000),
}));

async function measure(lab: Lab, durationMs: number): Promise<Figure[]> {
  const gateway = await serviceInPod(lab, MIXED);
  const load = honestCallers(lab, gateway);
  await msUntil(() => load.answers.length >= 130, 20_000);
  const before = gateway.rssBytes();
  const from = nowMs();
  const random = seededRandom(lab.seed);
  const running: { attacker: Attacker; connections: number }[] = [];
  const rounds: Round[] = [];
  const isDead = () => gateway.rssBytes() === 0;
  while (nowMs() - from < durationMs && !isDead()) {
    if (running.length === AT_ONCE) await running.shift()?.attacker.leave();
    const attack = POSSIBLE[Math.floor(random() * POSSIBLE.length)] ?? MIXED;
    const { connections } = attack;
    const all = running.reduce((sum, each) => sum + each.connections, connections);
    rounds.push({ fromMs: nowMs(), isModest: isModest(all) });
    running.push({ attacker: await startAttack(lab, gateway, attack), connections });
    await Promise.race([sleep(ROUND_MS), gateway.exitCode]);
  }
  for (const { attacker } of running) await attacker.leave();
  const to = nowMs();
  const peak = gateway.peakRssBytes();
  if (!isDead()) await msUntil(() => gateway.rssBytes() <= before + 32 * MEBIBYTE, 20_000);
  const after = gateway.rssBytes();
  await load.stop();

  const during = between(load.answers, from, to);
  const short = during.filter(isShort);
  const shortWhile = (isModest: boolean) => short.filter(({ atMs }) => isModestAt(rounds, atMs) === isModest);
  return [
    exactly('alive', isDead() ? `ended with ${await gateway.exitCode}` : 'yes', 'yes'),
    atLeast(`known answered (not: ${statusesOf(lostOf(during))})`, shareOf(during, isRight), 0.99),
    atMost('their p99, ms', p99Ms(shortWhile(true)), 500 + load.noiseMs(from, to, 0.99)),
    noted(`p99 with more than ${MODEST_CONNECTIONS} connections, ms`, p99Ms(shortWhile(false))),
    noted('p99 of texts of 20 KB, ms', p99Ms(during.filter((answer) => !isShort(answer)))),
    noted('memory at most, MiB', peak / MEBIBYTE),
    atMost('memory 20 s after, MiB more than before', (after - before) / MEBIBYTE, 32),
  ];
}

/** A period in which the same attacks run. */
interface Round {
  readonly fromMs: number;
  /** Whether the attacks have so few connections that honest clients should get fast answers. */
  readonly isModest: boolean;
}

function isModestAt(rounds: readonly Round[], ms: number): boolean {
  return rounds.findLast(({ fromMs }) => fromMs <= ms)?.isModest ?? true;
}

/** The attacks that work with default settings and with a SHOUTCLOUD that answers. */
const POSSIBLE = ATTACKS.filter(({ env, upstreamHangs }) => !env && !upstreamHangs);

const MIXED: Attack = { name: 'a random mixture', connections: 0, begin: () => {} };
