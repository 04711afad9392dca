import { honest } from '../tools/replies.ts';
import { atMost, exactly, type Row } from '../tools/row.ts';
import { countOf, statusesOf } from '../tools/statistics.ts';

export const distinctBurst: Row = {
  name: '2,000 distinct strings at once are batched',
  group: 'upstream',
  isShort: true,
  isAlone: true,
  unprotected: { env: { BATCH_MAX_ITEMS: '1' }, fails: 'attempts' },
  async run(lab) {
    const upstream = await lab.peer(honest(50));
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    const texts = { kind: 'distinct', seed: lab.seed } as const;

    const load = lab.load({ url: gateway.url, streams: [{ label: 'unknown', texts, atOnce: 2_000 }] });
    await load.done;

    return [
      exactly('answers', statusesOf(load.answers), '200×2000'),
      atMost('attempts', upstream.attempts.length, 60),
    ];
  },
};

export const equalBurst: Row = {
  name: '1,000 equal strings at once cost one call of each kind',
  group: 'upstream',
  isShort: true,
  needsRedis: true,
  async run(lab) {
    const upstream = await lab.peer(honest(300));
    const redis = await lab.redis();
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, REDIS_URL: redis.url });
    const texts = { kind: 'list', texts: ['the same for all'] } as const;

    const load = lab.load({ url: gateway.url, streams: [{ label: 'unknown', texts, atOnce: 1_000 }] });
    await load.done;

    return [
      exactly('answers', statusesOf(load.answers), '200×1000'),
      atMost(
        'answers from the flight',
        countOf(load.answers, ({ source }) => source === 'upstream'),
        1,
      ),
      exactly('attempts', upstream.attempts.length, 1),
      exactly('Redis reads', (await redis.calls('get')) + (await redis.calls('getrange')), 1),
      exactly('Redis writes', await redis.calls('set'), 1),
    ];
  },
};
