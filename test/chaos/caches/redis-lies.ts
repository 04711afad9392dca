import type { RedisServer } from '../../support/redis-server.ts';
import { honest } from '../tools/replies.ts';
import { allHold, atLeast, type Row } from '../tools/row.ts';
import { until } from '../tools/until.ts';

/** What stands in Redis instead of a text's upper case. */
const LIES: Readonly<Record<string, (upperCase: string) => string | Buffer>> = {
  "another text's value": () => 'OHLA',
  "another text's value of the same length": (upperCase) => upperCase.replaceAll('A', 'B'),
  'a swapped case': (upperCase) => upperCase.slice(0, 1).toLowerCase() + upperCase.slice(1),
  'an empty value': () => '',
  'one code point more': (upperCase) => `${upperCase}!`,
  'invalid UTF-8': (upperCase) => Buffer.from(upperCase.replace('A', '\xff'), 'latin1'),
  '8 MiB': (upperCase) => upperCase + 'A'.repeat(8 * 2 ** 20),
};

export const redisLies: Row = {
  name: "Redis holds another text's value, a swapped case, nothing",
  group: 'caches',
  isShort: true,
  needsRedis: true,
  unprotected: { without: 'verification', fails: 'right answers' },
  async run(lab) {
    const upstream = await lab.peer(honest());
    const redis = await lab.redis();
    const env = { SHOUTCLOUD_URL: upstream.url, REDIS_URL: redis.url, CACHE_MAX_BYTES: '0' };
    const gateway = await lab.gateway(env);
    const notRight: string[] = [];
    const notRepaired: string[] = [];
    let hits = 0;

    for (const [name, lie] of Object.entries(LIES)) {
      const text = `banana ${name}`.toLowerCase();
      await redis.control.flushall();
      await lab.ask(gateway, text);
      const key = await onlyKey(redis);
      const sound = (await redis.control.get(key)) ?? '';
      const before = await lab.ask(gateway, text);
      if (before.source === 'redis') hits++;
      await redis.control.set(key, lie(sound));

      const answer = await lab.ask(gateway, text);
      if (!answer.isRight) {
        notRight.push(`${name}: ${answer.status}`);
        continue;
      }
      const isRepaired = async () => {
        await lab.ask(gateway, text);
        return (await redis.control.get(key)) === sound;
      };
      if ((await until(isRepaired, 3_000)) > 3_000) notRepaired.push(name);
    }

    return [
      allHold('right answers', notRight, Object.keys(LIES).length),
      allHold('repaired entries', notRepaired, Object.keys(LIES).length),
      atLeast('hits before the lie', hits, Object.keys(LIES).length),
    ];
  },
};

async function onlyKey({ control }: RedisServer): Promise<string> {
  await until(async () => (await control.dbsize()) === 1, 1_000);
  return (await control.keys('*'))[0] ?? '';
}
