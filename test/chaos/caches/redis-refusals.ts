import type { Gateway } from '../tools/gateway.ts';
import type { Lab } from '../tools/lab.ts';
import { honest } from '../tools/replies.ts';
import { atLeast, atMost, exactly, type Figure, type Row } from '../tools/row.ts';
import { countOf, statusesOf } from '../tools/statistics.ts';

const PASSWORD = 'correct-horse-battery';

interface Refusal {
  readonly label: string;
  /** Starts a Redis that refuses in this way and says how the gateway is told of it. */
  prepare(lab: Lab): Promise<Readonly<Record<string, string>>>;
}

const REFUSALS: readonly Refusal[] = [
  {
    label: 'full',
    async prepare(lab) {
      const redis = await lab.redis();
      await redis.control.config('SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1');
      return { REDIS_URL: redis.url };
    },
  },
  {
    label: 'read-only',
    async prepare(lab) {
      const redis = await lab.redis();
      await redis.control.replicaof('127.0.0.1', 1);
      return { REDIS_URL: redis.url };
    },
  },
  {
    label: 'wrong password',
    async prepare(lab) {
      const redis = await lab.redis({ password: 'another' });
      return { REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${redis.port}` };
    },
  },
  {
    label: 'wrong CA',
    async prepare(lab) {
      const redis = await lab.redis({ tls: true, password: PASSWORD });
      const other = await lab.redis({ tls: true });
      return { REDIS_URL: redis.url, REDIS_CA_FILE: other.certificates?.caFile ?? '' };
    },
  },
  {
    label: 'TLS asked of a plain port',
    async prepare(lab) {
      const redis = await lab.redis({ password: PASSWORD });
      return { REDIS_URL: redis.url.replace('redis:', 'rediss:') };
    },
  },
];

export const redisRefuses: Row = {
  name: 'Redis full, read-only, wrong password, wrong CA',
  group: 'caches',
  isShort: false,
  needsRedis: true,
  async run(lab) {
    const figures: Figure[] = [];
    const upstream = await lab.peer(honest(10));
    const { readyAfterMs } = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    // A busy machine starts everything slowly.
    const readyWithinMs = Math.max(2_000, 1.5 * readyAfterMs);
    for (const refusal of REFUSALS) figures.push(...(await measure(lab, refusal, readyWithinMs)));
    return [...figures, ...(await soundTls(lab))];
  },
};

async function measure(lab: Lab, { label, prepare }: Refusal, readyWithinMs: number): Promise<Figure[]> {
  const upstream = await lab.peer(honest(10));
  const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, ...(await prepare(lab)) });

  const answers = await askEachTwice(lab, gateway, label);

  const said = gateway.log.map((line) => JSON.stringify(line)).join('\n') + (await scrape(gateway));
  return [
    exactly(`${label}: answers`, statusesOf(answers), `200×${answers.length}`),
    atMost(`${label}: ready after, ms`, gateway.readyAfterMs, readyWithinMs),
    atLeast(`${label}: failures counted`, await failuresCounted(gateway), 1),
    exactly(`${label}: password told`, said.includes(PASSWORD) ? 'yes' : 'no', 'no'),
  ];
}

/** The counterpart: with the right CA and password the same set-up is used. */
async function soundTls(lab: Lab): Promise<Figure[]> {
  const upstream = await lab.peer(honest(10));
  const redis = await lab.redis({ tls: true, password: PASSWORD });
  const env = { REDIS_URL: redis.url, REDIS_CA_FILE: redis.certificates?.caFile ?? '', CACHE_MAX_BYTES: '0' };
  const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, ...env });

  const answers = await askEachTwice(lab, gateway, 'sound');

  return [
    atLeast(
      'right CA: hits',
      countOf(answers, ({ source }) => source === 'redis'),
      10,
    ),
  ];
}

async function failuresCounted({ metrics }: Gateway): Promise<number> {
  const seen = await metrics();
  const of = (outcome: string) => seen.sum('tuohs_redis_operation_duration_seconds_count', { outcome });
  return of('error') + of('timeout') + of('skipped');
}

async function askEachTwice(lab: Lab, gateway: Gateway, label: string) {
  const texts = Array.from({ length: 15 }, (_, i) => `${label} ${i}`);
  const answers = [];
  for (const text of [...texts, ...texts]) answers.push(await lab.ask(gateway, text));
  return answers;
}

async function scrape({ adminUrl }: Gateway): Promise<string> {
  const pages = ['metrics', 'status'].map(async (page) => (await fetch(`${adminUrl}/${page}`)).text());
  return (await Promise.all(pages)).join('\n');
}
