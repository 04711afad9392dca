import { honest, oneOf, silence, status } from '../tools/replies.ts';
import { atLeast, atMost, type Row } from '../tools/row.ts';
import { seededRandom } from '../tools/seeded-random.ts';
import { shareOf } from '../tools/statistics.ts';

const distinct = (seed: number) => ({ kind: 'distinct', seed }) as const;

export const randomErrors: Row = {
  name: '30 % random 500 and 503, 5 % hangs',
  group: 'upstream',
  isShort: true,
  unprotected: { env: { UPSTREAM_RETRIES: '0' }, fails: 'answered' },
  async run(lab) {
    const faults = oneOf(seededRandom(lab.seed), [
      [0.15, status(500)],
      [0.15, status(503)],
      [0.05, silence],
      [0.65, honest(20)],
    ]);
    const upstream = await lab.peer(faults);
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });

    const load = lab.load({
      url: gateway.url,
      streams: [{ label: 'unknown', texts: distinct(lab.seed), perSecond: 150 }],
      durationMs: lab.ms(5_000, 30_000),
    });
    await load.done;

    return [
      atLeast(
        'answered',
        shareOf(load.answers, ({ isRight }) => isRight),
        0.999,
      ),
      atMost('attempts a call', upstream.attempts.length / load.answers.length, 2),
    ];
  },
};

export const halfErrors: Row = {
  name: '50 % random errors, 150 unknown strings a second',
  group: 'upstream',
  isShort: false,
  unprotected: { env: { UPSTREAM_RETRIES: '0' }, fails: 'answered' },
  async run(lab) {
    const faults = oneOf(seededRandom(lab.seed), [
      [0.5, status(500)],
      [0.5, honest(60)],
    ]);
    const upstream = await lab.peer(faults);
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });

    const load = lab.load({
      url: gateway.url,
      streams: [{ label: 'unknown', texts: distinct(lab.seed), perSecond: 150 }],
      durationMs: lab.ms(5_000, 30_000),
    });
    await load.done;

    return [
      atLeast(
        'answered',
        shareOf(load.answers, ({ isRight }) => isRight),
        0.95,
      ),
      atMost('attempts', upstream.attempts.length, 2 * load.answers.length + 20),
    ];
  },
};

/** Batches alone keep the row above within its bound; one string an attempt shows what the budget does. */
export const mostlyErrors: Row = {
  name: '90 % random errors, one string an attempt: the budget bounds the load',
  group: 'upstream',
  isShort: false,
  unprotected: { env: { RETRY_BUDGET_RATIO: '1000' }, fails: 'attempts' },
  async run(lab) {
    const faults = oneOf(seededRandom(lab.seed), [
      [0.9, status(500)],
      [0.1, honest(20)],
    ]);
    const upstream = await lab.peer(faults);
    const env = { BATCH_MAX_ITEMS: '1', UPSTREAM_CONNECTIONS: '64' };
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, ...env });

    const load = lab.load({
      url: gateway.url,
      streams: [{ label: 'unknown', texts: distinct(lab.seed), perSecond: 100 }],
      durationMs: lab.ms(3_000, 30_000),
    });
    await load.done;

    return [
      atMost('attempts', upstream.attempts.length, 2 * load.answers.length + 20),
      atLeast(
        'answered',
        shareOf(load.answers, ({ isRight }) => isRight),
        0.05,
      ),
    ];
  },
};
