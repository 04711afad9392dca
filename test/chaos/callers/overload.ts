import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, nowMs } from '../../support/caller.ts';
import { msUntil } from '../../support/until.ts';
import type { Gateway } from '../tools/gateway.ts';
import type { Lab } from '../tools/lab.ts';
import { callers } from '../tools/load.ts';
import { atLeast, atMost, exactly, type Figure, type Row } from '../tools/row.ts';
import { countOf, isRight, ofLabel, p99Ms, shareOf } from '../tools/statistics.ts';

// Four connections with batches of 16 give 64 strings per 0.2 s. So the speed of the machine does not limit the capacity.
const UPSTREAM_MS = 200;
const BATCH = { BATCH_MAX_ITEMS: '16' };
const EXPECTED_CAPACITY = 320;

export const overload: Row = {
  name: '2 and 4 times the capacity, then half of it',
  group: 'callers',
  async run(lab) {
    const upstream = await lab.upstream({ latencyMs: UPSTREAM_MS });
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, ...BATCH });
    const capacity = await measureCapacity(lab, gateway);

    const figures: Figure[] = [atLeast('capacity, a second', capacity, EXPECTED_CAPACITY * 0.7)];
    for (const times of [2, 4]) figures.push(...(await measureOverload(lab, gateway, capacity, times)));
    return [...figures, ...(await measureRecovery(lab, gateway, capacity))];
  },
};

/** Counts the right answers per second under slightly more load than the upstream can serve. The time is too short to shed any. */
async function measureCapacity(lab: Lab, gateway: Gateway): Promise<number> {
  const load = lab.load(gateway, streams(lab, EXPECTED_CAPACITY * 1.2, 1));
  await sleep(4_500);
  await load.stop();
  return goodput(load.answers);
}

async function measureOverload(lab: Lab, gateway: Gateway, capacity: number, times: number) {
  const load = lab.load(gateway, streams(lab, capacity * times, times));
  await sleep(lab.ms(15_000));
  await load.stop();

  const known = ofLabel(load.answers, 'known');
  const refused = load.answers.filter(({ code }) => code === 'OVERLOADED');
  const late = load.answers.filter(({ status, code }) => status !== 200 && code !== 'OVERLOADED');
  return [
    atLeast(`${times} times: goodput of capacity`, goodput(load.answers) / capacity, 0.9),
    exactly(`${times} times: known answered`, shareOf(known, isRight), 1),
    atMost(`${times} times: refusals p99, ms`, p99Ms(refused), 100 + load.noiseMs(0, nowMs(), 0.99)),
    atMost(`${times} times: neither answered nor refused`, late.length / load.answers.length, 0.02),
  ];
}

async function measureRecovery(lab: Lab, gateway: Gateway, capacity: number): Promise<Figure[]> {
  const load = lab.load(gateway, streams(lab, capacity / 2, 9));
  const startedAt = nowMs();
  const normalMs = await msUntil(() => isNormal(load.answers), 5_000);
  await sleep(1_000);
  await load.stop();
  const after = load.answers.filter(({ atMs }) => atMs > startedAt + normalMs);
  return [
    atMost('half: normal after, ms', normalMs, 2_000),
    exactly('half: not answered afterwards', after.length - countOf(after, isRight), 0),
  ];
}

/** The load of one phase of the row. Its unknown strings differ from those of all other phases. */
function streams({ seed }: Lab, perSecond: number, phase: number) {
  return callers(seed, { known: 50, unknown: perSecond }, 10 * phase);
}

/** Right answers to unknown strings per second. The first second is left out. */
function goodput(answers: readonly Answer[]): number {
  const unknown = ofLabel(answers, 'unknown');
  const startedAt = unknown[0]?.atMs ?? 0;
  const doneAt = (answer: Answer) => answer.atMs + answer.tookMs;
  const lastSentAt = unknown.reduce((last, { atMs }) => Math.max(last, atMs), 0);
  const isCounted = (atMs: number) => atMs > startedAt + 1_000 && atMs < lastSentAt;
  const counted = unknown.filter((answer) => answer.isRight && isCounted(doneAt(answer)));
  return counted.length / ((lastSentAt - startedAt - 1_000) / 1_000);
}

function isNormal(answers: readonly Answer[]): boolean {
  const recent = answers.filter(({ label, atMs }) => label === 'unknown' && atMs > nowMs() - 700);
  return recent.length > 50 && recent.every(({ isRight, tookMs }) => isRight && tookMs < UPSTREAM_MS * 3);
}
