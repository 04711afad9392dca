import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../../support/caller.ts';
import type { RedisServer } from '../../support/redis-server.ts';
import { msUntil } from '../../support/until.ts';
import { callers } from '../tools/load.ts';
import { atMost, exactly, type Handicap, type Row } from '../tools/row.ts';
import { between, medianMs, ofLabel, p99Ms, slowestMs, statusesOf } from '../tools/statistics.ts';

export const redisKilled = lost('killed under load, started again later', {
  take: (redis) => redis.kill(),
  giveBack: (redis) => redis.start(),
});

export const redisFrozen = lost(
  'frozen under load',
  { take: (redis) => redis.freeze(), giveBack: (redis) => redis.thaw() },
  { env: { REDIS_TIMEOUT_MS: '2000' }, fails: 'first second of it, slowest, ms' },
);

interface Outage {
  take(redis: RedisServer): unknown;
  giveBack(redis: RedisServer): unknown;
}

function lost(how: string, { take, giveBack }: Outage, unprotected?: Handicap): Row {
  return {
    name: `Redis ${how}`,
    group: 'caches',
    needsRedis: true,
    ...(unprotected && { unprotected }),
    async run(lab) {
      const upstream = await lab.upstream({ latencyMs: 20 });
      const redis = await lab.redis();
      // Without a memory cache, every known string is read from Redis.
      const env = { SHOUTCLOUD_URL: upstream.url, REDIS_URL: redis.url, CACHE_MAX_BYTES: '0' };
      const gateway = await lab.gateway(env);
      const load = lab.load(gateway, callers(lab.seed, { known: 50, unknown: 50 }));
      const isUsedSince = (since: number) => () =>
        load.answers.some(({ source, atMs }) => source === 'redis' && atMs > since);
      await msUntil(isUsedSince(0), 3_000);
      await sleep(2_000);

      const lostAt = nowMs();
      await take(redis);
      await sleep(lab.ms(10_000));
      const backAt = nowMs();
      await giveBack(redis);
      const usedAgainMs = await msUntil(isUsedSince(backAt), 8_000);
      await load.stop();

      const healthy = between(load.answers, lostAt - 1_000, lostAt);
      const noiseMs = load.noiseMs(lostAt, lostAt + 1_000);
      const firstMs = slowestMs(between(load.answers, lostAt, lostAt + 1_000));
      const laterMs = medianMs(between(load.answers, lostAt + 1_000, backAt));
      return [
        exactly('answers', statusesOf(load.answers), `200×${load.answers.length}`),
        atMost('first second of it, slowest, ms', firstMs, p99Ms(healthy) + 50 + 70 + noiseMs),
        // If each answer waited for Redis, it would take 50 ms longer. The limit is 25 ms.
        atMost('then median, ms', laterMs, medianMs(ofLabel(healthy, 'unknown')) + 25),
        atMost('used again after, ms', usedAgainMs, 6_000),
      ];
    },
  };
}
