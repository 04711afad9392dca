import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../tools/lab.ts';
import { callers } from '../tools/load.ts';
import { nowMs } from '../tools/now.ts';
import { honest } from '../tools/replies.ts';
import { atLeast, atMost, exactly, type Figure, type Row } from '../tools/row.ts';
import { countOf, isRight, shareOf, statusesOf } from '../tools/statistics.ts';
import { someTexts } from '../tools/texts.ts';
import { until } from '../tools/until.ts';
import { faultGenerator } from './fault-generator.ts';

const row = { group: 'life cycle', needsRedis: true } as const;

export const randomFaults: Row = {
  ...row,
  name: 'a random subset of all faults each second',
  isShort: true,
  run: (lab) => measure(lab, lab.ms(6_000, 60_000)),
};

export const randomFaultsLong: Row = {
  ...row,
  name: 'a random subset of all faults each second, for 20 minutes',
  isShort: false,
  isLong: true,
  run: (lab) => measure(lab, 20 * 60_000),
};

async function measure(lab: Lab, durationMs: number): Promise<Figure[]> {
  const upstream = await lab.peer(honest(20));
  const redis = await lab.redis();
  const redisProxy = await lab.proxy(redis.port);
  const redisUrl = `redis://127.0.0.1:${redisProxy.port}`;
  const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, REDIS_URL: redisUrl });
  const known = someTexts(50, lab.seed + 1);
  for (const text of known) await lab.ask(gateway, text);

  const load = lab.load({
    url: gateway.url,
    streams: [
      ...callers(known, lab.seed, { known: 50, unknown: 80 }),
      { label: 'leaves', texts: { kind: 'distinct', seed: lab.seed + 2 }, perSecond: 10, hangUpAtMs: 30 },
    ],
  });
  const breakSome = faultGenerator({ upstream, redis, redisProxy }, lab.seed);
  for (const startedAt = nowMs(); nowMs() - startedAt < durationMs; ) {
    const mend = await breakSome();
    await sleep(1_000);
    await mend();
  }
  const mendedAt = nowMs();
  const healedMs = await until(() => {
    const recent = load.answers.filter(
      ({ label, atMs }) => label === 'unknown' && atMs > Math.max(mendedAt, nowMs() - 500),
    );
    return recent.length > 20 && recent.every(({ isRight }) => isRight);
  }, 8_000);
  await load.stop();

  const ofKnown = load.answers.filter(({ label }) => label === 'known');
  const ofUnknown = load.answers.filter(({ label }) => label === 'unknown');
  const honestStatuses = [200, 503, 504];
  const odd = ofUnknown.filter(({ status }) => !honestStatuses.includes(status));
  return [
    exactly(
      'known not answered',
      countOf(ofKnown, ({ isRight }) => !isRight),
      0,
    ),
    exactly('unknown, neither 200 nor 503 nor 504', statusesOf(odd), ''),
    atLeast('unknown answered', shareOf(ofUnknown, isRight), 0.2),
    atMost('healed after, ms', healedMs, 8_000),
  ];
}
