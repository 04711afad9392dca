import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../../support/caller.ts';
import { msUntil } from '../../support/until.ts';
import { callers, knownTexts } from '../tools/load.ts';
import { atLeast, atMost, exactly, type Row } from '../tools/row.ts';
import { between, isRight, ofLabel, shareOf, statusesOf } from '../tools/statistics.ts';
import { faultGenerator } from './fault-generator.ts';

const MINUTE_MS = 60_000;
const HONEST_STATUSES = [200, 503, 504];

export const randomFaults = faultsEvery(1_000, 'a random subset of all faults each second', MINUTE_MS);

export const soak = faultsEvery(10_000, '10 minutes with faults for 10 % of the time', 10 * MINUTE_MS);

/** Each fault lasts a second. A run of more than five minutes also measures memory. */
function faultsEvery(everyMs: number, name: string, lastsMs: number): Row {
  return {
    name,
    group: 'life cycle',
    isLong: lastsMs > 5 * MINUTE_MS,
    needsRedis: true,
    async run(lab) {
      const upstream = await lab.upstream({ latencyMs: 20 });
      const redis = await lab.redis();
      // The cache is so small that it is full after five minutes. Memory that grows after that is a leak.
      const env = { REDIS_URL: redis.url, CACHE_MAX_BYTES: `${2 ** 21}` };
      const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, ...env });
      for (const text of knownTexts(lab.seed)) await lab.ask(gateway, text);

      const load = lab.load(gateway, callers(lab.seed, { known: 100, unknown: 100 }));
      const breakSome = faultGenerator({ upstream, redis }, lab.seed);
      const samples: Sample[] = [];
      for (const startedAt = nowMs(); nowMs() - startedAt < lastsMs; ) {
        const mend = await breakSome();
        await sleep(1_000);
        await mend();
        await sleep(everyMs - 1_000);
        const minutes = (nowMs() - startedAt) / MINUTE_MS;
        if (minutes > 5) samples.push({ minutes, mebibytes: gateway.rssBytes() / 2 ** 20 });
      }
      const mendedAt = nowMs();
      const healedMs = await msUntil(() => {
        const recent = between(ofLabel(load.answers, 'unknown'), Math.max(mendedAt, nowMs() - 500), nowMs());
        return recent.length > 20 && recent.every(isRight);
      }, 8_000);
      await load.stop();

      const [known, unknown] = [ofLabel(load.answers, 'known'), ofLabel(load.answers, 'unknown')];
      const odd = unknown.filter(({ status }) => !HONEST_STATUSES.includes(status));
      return [
        exactly('known answered', shareOf(known, isRight), 1),
        exactly('unknown, neither 200 nor 503 nor 504', statusesOf(odd), ''),
        atLeast('unknown answered', shareOf(unknown, isRight), 0.2),
        atMost('healed after, ms', healedMs, 8_000),
        ...(samples.length > 0 ? [atMost('memory slope, MiB a minute', slopeOf(samples), 0.5)] : []),
      ];
    },
  };
}

interface Sample {
  readonly minutes: number;
  readonly mebibytes: number;
}

/** How fast memory grows, in MiB per minute, by least squares. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const x = mean(({ minutes }) => minutes);
  const y = mean(({ mebibytes }) => mebibytes);
  const covariance = mean(({ minutes, mebibytes }) => (minutes - x) * (mebibytes - y));
  return covariance / mean(({ minutes }) => (minutes - x) ** 2);
}
