import { setTimeout as sleep } from 'node:timers/promises';
import { startKeepAliveProxy } from '../tools/keep-alive-proxy.ts';
import { callers } from '../tools/load.ts';
import { honest } from '../tools/replies.ts';
import { atLeast, exactly, type Row } from '../tools/row.ts';
import { statusesOf } from '../tools/statistics.ts';
import { someTexts } from '../tools/texts.ts';
import { until } from '../tools/until.ts';

/** How often the proxy looks who is ready, and how long a server waits for that. */
const shortTimes = { pollMs: 200, drainMs: 1_000 };
const fullTimes = { pollMs: 1_000, drainMs: 6_000 };
const RATES = { known: 120, unknown: 80 };

export const rollingRestart: Row = {
  name: 'two servers restarted in turn behind a keep-alive proxy, 200 requests a second',
  group: 'life cycle',
  isShort: true,
  isAlone: true,
  unprotected: { env: { DRAIN_MS: '0' }, fails: 'answers' },
  async run(lab) {
    const { pollMs, drainMs } = lab.isShort ? shortTimes : fullTimes;
    const upstream = await lab.peer(honest(30));
    const proxy = await startKeepAliveProxy(pollMs);
    lab.after(proxy.close);
    const start = async () => {
      const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, DRAIN_MS: `${drainMs}` });
      proxy.add(gateway);
      return gateway;
    };
    const first = await Promise.all([start(), start()]);
    await until(() => proxy.readyCount === 2, 5_000);

    const load = lab.load({ url: proxy.url, streams: callers(someTexts(20, lab.seed + 1), lab.seed, RATES) });
    await until(() => load.answers.length > 50, 3_000);
    const codes: (number | null)[] = [];
    for (const old of first) {
      await start();
      await until(() => proxy.readyCount === 3, 5_000);
      codes.push(await old.stop());
    }
    await sleep(500);
    await load.stop();
    await proxy.close();

    return [
      exactly('answers', statusesOf(load.answers), `200×${load.answers.length}`),
      atLeast('answers seen', load.answers.length, 500),
      exactly('exit codes of the old', codes.join(), '0,0'),
    ];
  },
};
