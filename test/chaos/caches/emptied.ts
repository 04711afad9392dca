import { type Answer, isHit } from '../tools/answer.ts';
import { nowMs } from '../tools/now.ts';
import { honest } from '../tools/replies.ts';
import { atLeast, atMost, exactly, type Row } from '../tools/row.ts';
import { countOf, shareOf } from '../tools/statistics.ts';
import { someTexts } from '../tools/texts.ts';
import { until } from '../tools/until.ts';

export const emptied: Row = {
  name: 'memory and Redis emptied under Zipf traffic, upstream at 300 ms',
  group: 'caches',
  isShort: false,
  needsRedis: true,
  async run(lab) {
    const upstream = await lab.peer(honest(300));
    const redis = await lab.redis();
    const env = { SHOUTCLOUD_URL: upstream.url, REDIS_URL: redis.url };
    // A new process on an emptied Redis: the old one's memory goes with it.
    const old = await lab.gateway(env);
    for (const text of someTexts(3, lab.seed)) await lab.ask(old, text);
    await redis.control.flushall();
    const gateway = await lab.gateway(env);
    const texts = { kind: 'zipf', seed: lab.seed, strings: lab.isShort ? 300 : 1_000 } as const;

    const load = lab.load({ url: gateway.url, streams: [{ label: 'zipf', texts, perSecond: 500 }] });
    const warmMs = await until(() => hitRatioOfLastSecond(load.answers) >= 0.95, 15_000);
    await load.stop();

    return [
      atMost('95 % hits after, ms', warmMs, 15_000),
      exactly(
        'not answered',
        countOf(load.answers, ({ isRight }) => !isRight),
        0,
      ),
      atMost('attempts', upstream.attempts.length, 300 + load.answers.length / 10),
    ];
  },
};

export const coldFlood: Row = {
  name: '400 unknown strings a second beside 50 known',
  group: 'caches',
  isShort: false,
  async run(lab) {
    const budget = 2 ** 21;
    const upstream = await lab.peer(honest(20));
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, CACHE_MAX_BYTES: `${budget}` });
    const known = someTexts(50, lab.seed + 1);
    for (const text of known) await lab.ask(gateway, text);

    const load = lab.load({
      url: gateway.url,
      streams: [
        { label: 'known', texts: { kind: 'list', texts: known }, perSecond: 50 },
        { label: 'unknown', texts: { kind: 'distinct', seed: lab.seed, length: 1_000 }, perSecond: 400 },
      ],
      durationMs: lab.ms(4_000, 30_000),
    });
    await load.done;

    const ofKnown = load.answers.filter(({ label }) => label === 'known');
    const bytes = (await gateway.metrics()).sum('tuohs_cache_bytes');
    return [
      atLeast('hit ratio of the known', shareOf(ofKnown, isHit), 0.99),
      atMost('bytes in memory', bytes, budget * 1.05),
      atLeast('bytes in memory, at least', bytes, budget / 2),
    ];
  },
};

function hitRatioOfLastSecond(answers: readonly Answer[]): number {
  const recent = answers.filter(({ atMs }) => atMs > nowMs() - 1_000);
  return recent.length < 250 ? 0 : shareOf(recent, isHit);
}
