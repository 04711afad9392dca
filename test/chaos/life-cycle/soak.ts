import { setTimeout as sleep } from 'node:timers/promises';
import { callers } from '../tools/load.ts';
import { nowMs } from '../tools/now.ts';
import { honest } from '../tools/replies.ts';
import { atMost, exactly, type Row } from '../tools/row.ts';
import { countOf } from '../tools/statistics.ts';
import { someTexts } from '../tools/texts.ts';
import { faultGenerator } from './fault-generator.ts';

const MINUTE_MS = 60_000;

export const soak: Row = {
  name: '10 minutes at 200 requests a second, faults for 10 % of the time',
  group: 'life cycle',
  isShort: false,
  isLong: true,
  needsRedis: true,
  async run(lab) {
    const upstream = await lab.peer(honest(20));
    const redis = await lab.redis();
    const redisProxy = await lab.proxy(redis.port);
    // A cache that is full by the fifth minute, so that only a leak still grows.
    const env = { REDIS_URL: `redis://127.0.0.1:${redisProxy.port}`, CACHE_MAX_BYTES: `${2 ** 21}` };
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, ...env });
    const known = someTexts(50, lab.seed + 1);
    for (const text of known) await lab.ask(gateway, text);

    const streams = callers(known, lab.seed, { known: 100, unknown: 100 });
    const load = lab.load({ url: gateway.url, streams });
    const breakSome = faultGenerator({ upstream, redis, redisProxy }, lab.seed);
    const samples: { minutes: number; mebibytes: number }[] = [];
    for (const startedAt = nowMs(); nowMs() - startedAt < 10 * MINUTE_MS; ) {
      const mend = await breakSome();
      await sleep(1_000);
      await mend();
      await sleep(9_000);
      const minutes = (nowMs() - startedAt) / MINUTE_MS;
      if (minutes > 5) samples.push({ minutes, mebibytes: gateway.rssBytes() / 2 ** 20 });
    }
    await load.stop();

    const ofKnown = load.answers.filter(({ label }) => label === 'known');
    return [
      exactly(
        'known not answered',
        countOf(ofKnown, ({ isRight }) => !isRight),
        0,
      ),
      atMost('memory slope, MiB a minute', slopeOf(samples), 0.5),
    ];
  },
};

/** Least squares. */
function slopeOf(samples: readonly { readonly minutes: number; readonly mebibytes: number }[]): number {
  const mean = (of: (sample: (typeof samples)[number]) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const x = mean(({ minutes }) => minutes);
  const y = mean(({ mebibytes }) => mebibytes);
  const covariance = mean(({ minutes, mebibytes }) => (minutes - x) * (mebibytes - y));
  return covariance / mean(({ minutes }) => (minutes - x) ** 2);
}
