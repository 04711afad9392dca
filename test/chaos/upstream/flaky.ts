import { seededRandom } from '../../../src/shoutcloud/fault-plan.ts';
import { honest, oneOf, silence, status } from '../tools/replies.ts';
import { atLeast, atMost, type Row } from '../tools/row.ts';
import { isRight, shareOf } from '../tools/statistics.ts';

const WITHOUT_RETRIES = { env: { UPSTREAM_RETRIES: '0' }, fails: 'answered' };

export const randomErrors: Row = {
  name: '30 % random 500 and 503, 5 % hangs',
  group: 'upstream',
  isShort: true,
  unprotected: WITHOUT_RETRIES,
  async run(lab) {
    const faults = oneOf(seededRandom(lab.seed), [
      [0.15, status(500)],
      [0.15, status(503)],
      [0.05, silence],
      [0.65, honest(20)],
    ]);
    const upstream = await lab.peer(faults);
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });

    const { answers } = await lab.unknown(gateway, 150, lab.ms(5_000, 30_000));

    return [
      atLeast('answered', shareOf(answers, isRight), 0.999),
      atMost('attempts a call', upstream.attempts.length / answers.length, 2),
    ];
  },
};

export const halfErrors = mostlyStatus500({
  name: '50 % random errors, 150 unknown strings a second',
  unprotected: WITHOUT_RETRIES,
  ...{ errors: 0.5, latencyMs: 60, perSecond: 150, ms: 5_000, answered: 0.95 },
});

/** Batches alone keep the row above within its bound; one string an attempt shows what the budget does. */
export const mostlyErrors = mostlyStatus500({
  name: '90 % random errors, one string an attempt: the budget bounds the load',
  unprotected: { env: { RETRY_BUDGET_RATIO: '1000' }, fails: 'attempts' },
  env: { BATCH_MAX_ITEMS: '1', UPSTREAM_CONNECTIONS: '64' },
  ...{ errors: 0.9, latencyMs: 20, perSecond: 100, ms: 3_000, answered: 0.05 },
});

interface MostlyStatus500 extends Pick<Row, 'name' | 'unprotected'> {
  /** Shares of the attempts that fail, and of the callers that must be answered nevertheless. */
  readonly errors: number;
  readonly answered: number;
  readonly latencyMs: number;
  readonly perSecond: number;
  readonly ms: number;
  readonly env?: Readonly<Record<string, string>>;
}

function mostlyStatus500({ errors, answered, latencyMs, perSecond, ms, env, ...row }: MostlyStatus500): Row {
  return {
    ...row,
    group: 'upstream',
    isShort: false,
    async run(lab) {
      const faults = oneOf(seededRandom(lab.seed), [
        [errors, status(500)],
        [1 - errors, honest(latencyMs)],
      ]);
      const upstream = await lab.peer(faults);
      const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, ...env });

      const { answers } = await lab.unknown(gateway, perSecond, lab.ms(ms, 30_000));

      return [
        atMost('attempts', upstream.attempts.length, 2 * answers.length + 20),
        atLeast('answered', shareOf(answers, isRight), answered),
      ];
    },
  };
}
