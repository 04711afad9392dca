import type { Program } from '../../support/process.ts';
import { cpuMs } from '../../support/process-state.ts';
import { launchGateway } from '../tools/gateway.ts';
import { nowMs } from '../tools/now.ts';
import { honest } from '../tools/replies.ts';
import { allHold, atMost, exactly, type Row } from '../tools/row.ts';
import { statusesOf } from '../tools/statistics.ts';
import { until } from '../tools/until.ts';

export const terminated: Row = {
  name: 'SIGTERM with calls of 500 ms in flight',
  group: 'life cycle',
  isShort: true,
  async run(lab) {
    const upstream = await lab.peer(honest(500));
    // No drain: whatever is answered is so because the end waits for it.
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, DRAIN_MS: '0' });
    const texts = { kind: 'distinct', seed: lab.seed } as const;

    const load = lab.load({ url: gateway.url, streams: [{ label: 'in flight', texts, atOnce: 100 }] });
    await until(() => upstream.attempts.length >= 4, 3_000);
    const code = await gateway.stop();
    await load.done;

    return [
      exactly('answers', statusesOf(load.answers), '200×100'),
      exactly('exit code', String(code), '0'),
      exactly('last line', gateway.log.at(-1)?.msg ?? '', 'closed'),
    ];
  },
};

export const terminatedTwice: Row = {
  name: 'a second SIGTERM does not wait',
  group: 'life cycle',
  isShort: true,
  async run(lab) {
    const gateway = await lab.gateway({ DRAIN_MS: '6000' });

    void gateway.stop();
    await until(() => gateway.log.some(({ msg }) => msg === 'draining'), 1_000);
    const secondAt = nowMs();
    const code = await gateway.stop();

    return [exactly('exit code', String(code), '1'), atMost('ended after, ms', nowMs() - secondAt, 2_000)];
  },
};

export const terminatedDuringStart: Row = {
  name: 'SIGTERM during the start',
  group: 'life cycle',
  isShort: true,
  async run(lab) {
    const { pid } = await lab.gateway({});
    // By its own work rather than the clock: a busy machine starts some slowly.
    const readyAfterCpuMs = cpuMs(pid);
    const unexpected: string[] = [];

    // Before Node runs a line of ours, the signal itself ends the process; nothing can be done about that.
    const times = lab.isShort ? 4 : 30;
    for (let time = 0; time < times; time++) {
      const share = 0.5 + (0.7 * time) / times;
      const program = launchGateway(lab, { REDIS_URL: 'redis://127.0.0.1:1' });
      await until(() => cpuMs(program.pid) >= share * readyAfterCpuMs || hasStarted(program), 10_000);
      const code = await program.stop();
      if (code !== 0) unexpected.push(`after ${Math.round(share * 100)} % of it: ${code}`);
    }

    return [allHold('exit code 0', unexpected, times)];
  },
};

function hasStarted({ log }: Program): boolean {
  return log.some(({ msg }) => msg === 'listening');
}
