import { setTimeout as sleep } from 'node:timers/promises';
import { msUntil } from '../../support/until.ts';
import { startKeepAliveProxy } from '../tools/keep-alive-proxy.ts';
import { callers } from '../tools/load.ts';
import { atLeast, exactly, type Row } from '../tools/row.ts';
import { statusesOf } from '../tools/statistics.ts';

export const rollingRestart: Row = {
  name: 'two servers restarted in turn behind a keep-alive proxy, 200 requests a second',
  group: 'life cycle',
  unprotected: { env: { DRAIN_MS: '0' }, fails: 'answers' },
  async run(lab) {
    const upstream = await lab.upstream({ latencyMs: 30 });
    const proxy = await startKeepAliveProxy(lab);
    const start = async () => {
      const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, DRAIN_MS: '6000' });
      proxy.add(gateway);
      return gateway;
    };
    const first = [await start(), await start()];
    await msUntil(() => proxy.readyCount() === 2, 5_000);

    const load = lab.load(proxy, callers(lab.seed, { known: 120, unknown: 80 }));
    await msUntil(() => load.answers.length > 50, 3_000);
    const codes: (number | null)[] = [];
    for (const old of first) {
      await start();
      await msUntil(() => proxy.readyCount() === 3, 5_000);
      codes.push(await old.stop());
    }
    await sleep(500);
    await load.stop();
    proxy.leave();

    return [
      exactly('answers', statusesOf(load.answers), `200×${load.answers.length}`),
      atLeast('answers seen', load.answers.length, 500),
      exactly('exit codes of the old', codes.join(), '0,0'),
    ];
  },
};
