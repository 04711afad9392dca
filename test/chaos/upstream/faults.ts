import { atLeast, atMost, type Row } from '../tools/row.ts';
import { isRight, shareOf } from '../tools/statistics.ts';

export const flaky = answeredNevertheless('30 % errors, 5 % hangs', 'status=500@15% status=503@15% hang@5%');

export const brokenConnections = answeredNevertheless(
  'connections that are closed, reset, cut short, or answer twice',
  [
    ...['close', 'truncate', 'close-after', 'close-after=10', 'unasked', 'garbage'],
    ...['reset=before', 'reset=in-headers', 'reset=after-headers', 'reset=in-body'],
  ]
    .map((fault) => `${fault}@3%`)
    .join(' '),
);

/** Checks that callers do not notice these failures, and that there are on average at most two attempts per call. */
function answeredNevertheless(name: string, faults: string): Row {
  return {
    name,
    group: 'upstream',
    unprotected: { env: { UPSTREAM_RETRIES: '0' }, fails: 'answered' },
    async run(lab) {
      const upstream = await lab.upstream({ latencyMs: 20, seed: lab.seed, faults });
      const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });

      const { answers } = await lab.unknown(gateway, 150, lab.ms(20_000));

      return [
        atLeast('answered', shareOf(answers, isRight), 0.999),
        atLeast('attempts', upstream.calls(), answers.length / 64),
        atMost('attempts a call', upstream.calls() / answers.length, 2),
      ];
    },
  };
}
