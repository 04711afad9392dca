import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../src/shoutcloud/fault-plan.ts';
import { redisFaultProxy } from '../../support/redis-fault-proxy.ts';
import { callers } from '../tools/load.ts';
import { nowMs } from '../tools/now.ts';
import { honest } from '../tools/replies.ts';
import { atLeast, atMost, exactly, type Row } from '../tools/row.ts';
import { countOf, isRight, statusesOf } from '../tools/statistics.ts';
import { someTexts } from '../tools/texts.ts';
import { until } from '../tools/until.ts';

export const redisSpoilt: Row = {
  name: 'a proxy injects, cuts, tears, swallows, retypes, delays and reorders replies of Redis',
  group: 'caches',
  isShort: false,
  needsRedis: true,
  async run(lab) {
    const upstream = await lab.peer(honest(20));
    const redis = await lab.redis();
    const faults = { random: seededRandom(lab.seed), share: 0.05, mostDelayMs: 200 };
    const proxy = await redisFaultProxy({ targetPort: redis.port, ...faults });
    lab.after(() => proxy.close());
    const gateway = await lab.gateway({
      SHOUTCLOUD_URL: upstream.url,
      REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
      // Every known string is read from Redis if that is there, and every request is counted in it.
      CACHE_MAX_BYTES: '0',
      RATE_LIMIT_PER_MINUTE: '1000000000',
    });
    const known = someTexts(20, lab.seed + 1);
    const streams = callers(known, lab.seed, { known: 50, unknown: 50 });
    const load = lab.load({ url: gateway.url, streams });

    await sleep(lab.ms(4_000, 60_000));
    const spoilt = [...proxy.faults.values()].reduce((sum, count) => sum + count, 0);
    const behavesAt = nowMs();
    proxy.behave();
    const isUsed = () => load.answers.some(({ source, atMs }) => source === 'redis' && atMs > behavesAt);
    const usedAgainMs = await until(isUsed, 8_000);
    await load.stop();

    return [
      exactly('answers', statusesOf(load.answers), `200×${load.answers.length}`),
      exactly('right', countOf(load.answers, isRight), load.answers.length),
      atLeast('kinds of faults', proxy.faults.size, lab.isShort ? 1 : 7),
      atLeast('spoilt replies', spoilt, 1),
      atLeast(
        'answers from Redis meanwhile',
        countOf(load.answers, ({ source, atMs }) => source === 'redis' && atMs < behavesAt),
        1,
      ),
      atMost('used again after, ms', usedAgainMs, 6_000),
    ];
  },
};
