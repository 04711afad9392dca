import { atLeast, atMost, type Row } from '../tools/row.ts';
import { shareOf } from '../tools/statistics.ts';

const FLAKY = ['status=500@15%', 'status=503@15%', 'hang@5%'];

export const compatibleServer: Row = {
  name: 'the compatible server: 30 % errors, 5 % hangs',
  group: 'upstream',
  isShort: false,
  async run(lab) {
    const url = await lab.shoutcloud(['--latency', '20', '--seed', `${lab.seed}`, '--fault', ...FLAKY]);
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: url });

    const texts = { kind: 'distinct', seed: lab.seed } as const;
    const load = lab.load({
      url: gateway.url,
      streams: [{ label: 'unknown', texts, perSecond: 150 }],
      durationMs: lab.ms(5_000, 20_000),
    });
    await load.done;
    const attempts = (await gateway.metrics()).sum('tuohs_upstream_attempts_total');

    return [
      atLeast(
        'answered',
        shareOf(load.answers, ({ isRight }) => isRight),
        0.999,
      ),
      atLeast('attempts', attempts, load.answers.length / 64),
      atMost('attempts a call', attempts / load.answers.length, 2),
    ];
  },
};
