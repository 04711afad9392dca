import { atLeast, atMost, type Row } from '../tools/row.ts';
import { isRight, shareOf } from '../tools/statistics.ts';

const FLAKY = ['status=500@15%', 'status=503@15%', 'hang@5%'];

export const compatibleServer: Row = {
  name: 'the compatible server: 30 % errors, 5 % hangs',
  group: 'upstream',
  isShort: false,
  async run(lab) {
    const url = await lab.shoutcloud(['--latency', '20', '--seed', `${lab.seed}`, '--fault', ...FLAKY]);
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: url });

    const load = await lab.unknown(gateway, 150, lab.ms(5_000, 20_000));
    const attempts = (await gateway.metrics()).sum('tuohs_upstream_attempts_total');

    return [
      atLeast('answered', shareOf(load.answers, isRight), 0.999),
      atLeast('attempts', attempts, load.answers.length / 64),
      atMost('attempts a call', attempts / load.answers.length, 2),
    ];
  },
};
