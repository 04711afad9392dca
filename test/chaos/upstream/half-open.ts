import { nowMs } from '../tools/now.ts';
import { later, reset, send, shouted } from '../tools/replies.ts';
import { atLeast, atMost, exactly, type Row } from '../tools/row.ts';
import { countOf } from '../tools/statistics.ts';
import { until } from '../tools/until.ts';

const PROBE_MS = 500;

export const halfOpen: Row = {
  name: '800 unknown strings a second while the breaker is half open',
  group: 'upstream',
  isShort: false,
  unprotected: { without: 'breaker', fails: 'attempts before the first answer' },
  async run(lab) {
    const upstream = await lab.peer(reset);
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, UPSTREAM_CONNECTIONS: '16' });
    const texts = { kind: 'distinct', seed: lab.seed } as const;
    const load = lab.load({ url: gateway.url, streams: [{ label: 'unknown', texts, perSecond: 800 }] });
    // Open is where half a second goes by without any attempt; unprotected it never is.
    const openedMs = await until(() => load.answers.length > 0 && quietFor(upstream.attempts) > 500, 4_000);

    const before = upstream.attempts.length;
    let firstAnswerAt = Number.POSITIVE_INFINITY;
    upstream.behave((attempt) =>
      later(PROBE_MS, attempt, () => {
        firstAnswerAt = Math.min(firstAnswerAt, nowMs());
        send(attempt, 200, shouted(attempt));
      }),
    );
    const closedMs = await until(() => load.answers.some(({ isRight }) => isRight), 7_000);
    await load.stop();

    const probes = upstream.attempts.slice(before).filter(({ atMs }) => atMs < firstAnswerAt);
    const firstProbeAt = probes[0]?.atMs ?? 0;
    const meanwhile = load.answers.filter(({ atMs }) => atMs >= firstProbeAt && atMs < firstAnswerAt);
    return [
      atMost('opened after, ms', openedMs, 4_000),
      atMost('closed again after, ms', closedMs, 7_000),
      atMost('attempts before the first answer', probes.length, 3),
      atLeast('probes', probes.length, 1),
      atLeast('callers meanwhile', meanwhile.length, 200),
      exactly(
        'neither answered nor refused',
        countOf(meanwhile, ({ status }) => status !== 200 && status !== 503),
        0,
      ),
    ];
  },
};

function quietFor(attempts: readonly { readonly atMs: number }[]): number {
  return nowMs() - (attempts.at(-1)?.atMs ?? nowMs());
}
