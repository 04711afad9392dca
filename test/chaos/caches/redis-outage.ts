import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../tools/answer.ts';
import type { Gateway } from '../tools/gateway.ts';
import type { Lab } from '../tools/lab.ts';
import { callers } from '../tools/load.ts';
import { nowMs } from '../tools/now.ts';
import { honest } from '../tools/replies.ts';
import { atLeast, atMost, exactly, type Row } from '../tools/row.ts';
import { countOf, isRight, p99Ms, percentile, slowestMs, statusesOf } from '../tools/statistics.ts';
import { someTexts } from '../tools/texts.ts';
import { until } from '../tools/until.ts';

/** Without memory, so that every known string is read from Redis where that is there. */
const NO_MEMORY = { CACHE_MAX_BYTES: '0' };

export const redisKilled: Row = {
  name: 'Redis killed under load, started again later',
  group: 'caches',
  isShort: true,
  needsRedis: true,
  async run(lab) {
    const upstream = await lab.peer(honest(20));
    const redis = await lab.redis();
    const proxy = await lab.proxy(redis.port);
    const env = { SHOUTCLOUD_URL: upstream.url, REDIS_URL: `redis://127.0.0.1:${proxy.port}`, ...NO_MEMORY };
    const gateway = await lab.gateway(env);
    const load = lab.load({ url: gateway.url, streams: streams(lab) });
    await until(() => countOf(load.answers, ({ source }) => source === 'redis') > 20, 3_000);

    const killedAt = nowMs();
    await redis.kill();
    proxy.refuse();
    await sleep(lab.ms(3_000, 10_000));
    const startedAt = nowMs();
    await redis.start();
    proxy.accept();
    const usedAgainMs = await until(
      () => load.answers.some((answer) => isRedisHitSince(answer, startedAt)),
      8_000,
    );
    await load.stop();

    const reconnects = proxy.acceptedAtMs.filter((atMs) => atMs > killedAt && atMs < startedAt);
    return [
      exactly('answers', statusesOf(load.answers), `200×${load.answers.length}`),
      atMost('reconnects a second', reconnects.length / ((startedAt - killedAt) / 1000), 1.34),
      atLeast('reconnects', reconnects.length, 1),
      atMost('used again after, ms', usedAgainMs, 6_000),
    ];
  },
};

export const redisFrozen: Row = {
  name: 'Redis frozen under load',
  group: 'caches',
  isShort: true,
  isAlone: true,
  needsRedis: true,
  unprotected: { env: { REDIS_TIMEOUT_MS: '2000' }, fails: 'first second of it, slowest, ms' },
  async run(lab) {
    const upstream = await lab.peer(honest(20));
    const redis = await lab.redis();
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, REDIS_URL: redis.url, ...NO_MEMORY });
    const load = lab.load({ url: gateway.url, streams: streams(lab) });
    await until(() => countOf(load.answers, ({ source }) => source === 'redis') > 20, 3_000);
    await sleep(1_000);

    const frozenAt = nowMs();
    redis.freeze();
    await sleep(lab.ms(3_000, 10_000));
    const thawedAt = nowMs();
    redis.thaw();
    const usedAgainMs = await until(
      () => load.answers.some((answer) => isRedisHitSince(answer, thawedAt)),
      8_000,
    );
    await load.stop();

    const between = (from: number, to: number) =>
      load.answers.filter(({ atMs }) => atMs >= from && atMs < to);
    const healthy = between(frozenAt - 1_000, frozenAt);
    const first = between(frozenAt, frozenAt + 1_000);
    const later = between(frozenAt + 1_000, thawedAt);
    return [
      exactly('answers', statusesOf(load.answers), `200×${load.answers.length}`),
      atMost(
        'first second of it, slowest, ms',
        slowestMs(first),
        p99Ms(healthy) + 50 + 70 + load.noiseMs(frozenAt, frozenAt + 1_000),
      ),
      // Half of what waiting for Redis each time would add.
      atMost('then median, ms', medianMs(later), medianMs(healthy.filter(isUnknown)) + 25),
      atMost('used again after, ms', usedAgainMs, 6_000),
    ];
  },
};

export const redisSlow: Row = {
  name: 'Redis 30 ms away: still used; 200 ms away: left alone',
  group: 'caches',
  isShort: true,
  isAlone: true,
  needsRedis: true,
  unprotected: { without: 'redis-breaker', fails: '200 ms: operations in 3 s that were waited for' },
  async run(lab) {
    const upstream = await lab.peer(honest());
    const redis = await lab.redis();
    const proxy = await lab.proxy(redis.port);
    const env = { SHOUTCLOUD_URL: upstream.url, REDIS_URL: `redis://127.0.0.1:${proxy.port}`, ...NO_MEMORY };
    const gateway = await lab.gateway(env);
    const known = someTexts(10, lab.seed);
    for (const text of known) await lab.ask(gateway, text);
    await until(async () => (await redis.control.dbsize()) === known.length, 1_000);

    proxy.setFaults({ latencyMs: 15 });
    let hits = 0;
    // On a busy machine 30 ms become 50 now and then, and the breaker takes its rest.
    const usedMs = await until(async () => {
      const { source } = await lab.ask(gateway, known[hits] ?? '');
      if (source === 'redis') hits++;
      return hits === known.length;
    }, 4_000);
    proxy.setFaults({ latencyMs: 100 });
    const before = await lateOperations(gateway);
    const endAt = nowMs() + 3_000;
    const far: Answer[] = [];
    for (const text of someTexts(10_000, lab.seed + 1)) {
      if (nowMs() > endAt) break;
      far.push(await lab.ask(gateway, text));
    }
    const late = (await lateOperations(gateway)) - before;

    return [
      exactly('30 ms: hits', hits, known.length),
      atMost('30 ms: all hit within, ms', usedMs, 4_000),
      exactly('200 ms: right', countOf(far, isRight), far.length),
      atMost('200 ms: operations in 3 s that were waited for', late, 8),
    ];
  },
};

function streams({ seed }: Lab) {
  return callers(someTexts(20, seed + 1), seed, { known: 50, unknown: 50 });
}

/** Operations of Redis that took all the time they had. */
async function lateOperations({ metrics }: Gateway): Promise<number> {
  const seen = await metrics();
  return seen.sum('tuohs_redis_operation_duration_seconds_count', { outcome: 'timeout' });
}

function isRedisHitSince({ source, atMs }: Answer, since: number): boolean {
  return source === 'redis' && atMs > since;
}

function isUnknown({ label }: Answer): boolean {
  return label === 'unknown';
}

function medianMs(answers: readonly Answer[]): number {
  return percentile(
    answers.map(({ tookMs }) => tookMs),
    0.5,
  );
}
