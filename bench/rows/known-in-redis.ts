import { figuresOf, type Row } from '../row.ts';
import { afterWarmUp, askKnown, toBare } from './known.ts';

export const knownInRedis: Row = {
  name: 'redis',
  about: 'As `known`, but with `CACHE_MAX_BYTES=0`, so that each answer is read from Redis.',
  needsRedis: true,
  async run(lab) {
    const redis = await lab.redis();
    const bare = await lab.bareHttp();
    const tuohs = await lab.tuohs(await lab.shoutcloud(0), { REDIS_URL: redis.url, CACHE_MAX_BYTES: '0' });
    const rounds = await afterWarmUp(lab.rounds, () => askKnown(lab, { bare, tuohs }));

    return figuresOf(rounds, [
      ['req/s, relative to bare node:http', '×', toBare(({ perSecond }) => perSecond), { atLeast: 0.5 }],
      ['CPU time per answer, relative to bare node:http', '×', toBare(({ processorUs }) => processorUs)],
      ['tuohs', 'req/s', ({ tuohs }) => tuohs.perSecond],
      ['tuohs, p99', 'ms', ({ tuohs }) => tuohs.p99Ms],
    ]);
  },
};
