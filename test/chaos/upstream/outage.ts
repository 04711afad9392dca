import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../tools/answer.ts';
import { callers } from '../tools/load.ts';
import { nowMs } from '../tools/now.ts';
import { honest } from '../tools/replies.ts';
import { atLeast, atMost, exactly, type Row } from '../tools/row.ts';
import { countOf, p99Ms, shareOf, slowestMs } from '../tools/statistics.ts';
import { someTexts } from '../tools/texts.ts';
import { until } from '../tools/until.ts';

// The breaker needs 10 failures in a row that span a second; by then it must be open.
const OPENS_WITHIN_MS = 2_500;

export const closedPort: Row = {
  name: 'upstream port closed: refused fast, back by itself',
  group: 'upstream',
  isShort: true,
  isAlone: true,
  unprotected: { without: 'breaker', fails: 'unknown p99 once open, ms' },
  async run(lab) {
    const upstream = await lab.peer(honest(20));
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    const known = someTexts(20, lab.seed + 1);
    const streams = callers(known, lab.seed, { known: 50, unknown: 100 });
    const load = lab.load({ url: gateway.url, streams });
    const between = (fromMs: number, toMs: number) => (label: string) =>
      load.answers.filter((answer) => answer.label === label && answer.atMs >= fromMs && answer.atMs < toMs);

    await sleep(2_000);
    const closedAt = nowMs();
    await upstream.close();
    await sleep(OPENS_WITHIN_MS);
    const openAt = nowMs();
    const attemptsBefore = (await gateway.metrics()).sum('tuohs_upstream_attempts_total');
    await sleep(lab.ms(1_500, 6_000));
    const attemptsAfter = (await gateway.metrics()).sum('tuohs_upstream_attempts_total');
    const backAt = nowMs();
    await upstream.open();
    const recoveredMs = await until(() => isRecovered(load.answers, backAt), 8_000);
    await load.stop();

    const healthy = between(closedAt - 1_000, closedAt)('known');
    const whileOpen = between(openAt, backAt)('unknown');
    return [
      exactly(
        'known answered',
        shareOf(between(closedAt, backAt)('known'), ({ status }) => status === 200),
        1,
      ),
      exactly('unknown refused with Retry-After', shareOf(whileOpen, isHonestRefusal), 1),
      atMost(
        'unknown p99 once open, ms',
        p99Ms(whileOpen),
        20 + p99Ms(healthy) + load.noiseMs(openAt, backAt, 0.99),
      ),
      atMost('attempts a call once open', (attemptsAfter - attemptsBefore) / whileOpen.length, 0.1),
      atMost('99 % right again after, ms', recoveredMs, 6_000),
      atLeast('unknown answers seen', whileOpen.length, 100),
    ];
  },
};

export const silentUpstream: Row = {
  name: 'upstream accepts, never answers',
  group: 'upstream',
  isShort: true,
  isAlone: true,
  async run(lab) {
    const upstream = await lab.peer(honest());
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    await lab.unknown(gateway, 100, 2_000);

    const rssBefore = gateway.rssBytes();
    upstream.behave(() => {});
    const texts = { kind: 'distinct', seed: lab.seed + 1 } as const;
    const streams = [{ label: 'unknown', texts, perSecond: 100 }];
    const load = lab.load({ url: gateway.url, streams, durationMs: lab.ms(3_000, 20_000) });
    await load.done;

    const refused = countOf(load.answers, ({ status }) => status === 503 || status === 504);
    return [
      exactly('503s and 504s', refused, load.answers.length),
      atMost('slowest, ms', slowestMs(load.answers), 3_200),
      atMost('connections', upstream.connections.most, 4),
      atMost('memory, MiB', (gateway.rssBytes() - rssBefore) / 2 ** 20, 32),
    ];
  },
};

function isHonestRefusal({ status, retryAfter }: Answer): boolean {
  return status === 503 && Number(retryAfter) >= 1 && Number(retryAfter) <= 60;
}

/** Whether 99 % of the unknown strings of the last second (that began after the return) are answered right. */
function isRecovered(answers: readonly Answer[], backAt: number): boolean {
  const from = Math.max(backAt, nowMs() - 700);
  const recent = answers.filter(({ label, atMs }) => label === 'unknown' && atMs >= from);
  return recent.length >= 40 && shareOf(recent, ({ isRight }) => isRight) >= 0.99;
}
