import { atLeast, atMost, type Row } from '../tools/row.ts';
import { isRight, shareOf } from '../tools/statistics.ts';

const FAULTS = ['status=500@15%', 'status=503@15%', 'hang@5%'];

export const flaky: Row = {
  name: 'the compatible server: 30 % errors, 5 % hangs',
  group: 'upstream',
  unprotected: { env: { UPSTREAM_RETRIES: '0' }, fails: 'answered' },
  async run(lab) {
    const url = await lab.shoutcloud(['--latency', '20', '--seed', `${lab.seed}`, '--fault', ...FAULTS]);
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: url });

    const { answers } = await lab.unknown(gateway, 150, lab.ms(20_000));
    const attempts = await gateway.attempts();

    return [
      atLeast('answered', shareOf(answers, isRight), 0.999),
      atLeast('attempts', attempts, answers.length / 64),
      atMost('attempts a call', attempts / answers.length, 2),
    ];
  },
};
