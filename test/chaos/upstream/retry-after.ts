import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../tools/answer.ts';
import type { Lab } from '../tools/lab.ts';
import { nowMs } from '../tools/now.ts';
import { honest } from '../tools/replies.ts';
import { atLeast, atMost, exactly, type Figure, type Row } from '../tools/row.ts';
import { countOf } from '../tools/statistics.ts';
import { until } from '../tools/until.ts';

interface Pause {
  readonly label: string;
  readonly status: 429 | 503;
  readonly header: () => string;
  /** How long no attempt may be made; 0 where the header makes no sense. */
  readonly atLeastMs: number;
  readonly atMostMs: number;
}

const PAUSES: readonly Pause[] = [
  { label: '2', status: 429, header: () => '2', atLeastMs: 2_000, atMostMs: 2_600 },
  { label: '503, 2', status: 503, header: () => '2', atLeastMs: 2_000, atMostMs: 2_600 },
  { label: 'a date', status: 429, header: dateIn(3_000), atLeastMs: 1_900, atMostMs: 3_600 },
  { label: '1e9', status: 429, header: () => '1000000000', atLeastMs: 60_000, atMostMs: 60_600 },
  { label: '-1', status: 429, header: () => '-1', atLeastMs: 0, atMostMs: 900 },
  { label: 'rubbish', status: 503, header: () => 'soon, perhaps', atLeastMs: 0, atMostMs: 900 },
];

export const retryAfter: Row = {
  name: 'Retry-After of the upstream pauses the whole process',
  group: 'upstream',
  isShort: true,
  async run(lab) {
    const figures = await Promise.all(PAUSES.map((pause) => measure(lab, pause)));
    return figures.flat();
  },
};

/** One refusal with the header, then an upstream that would answer: meanwhile unknown strings are asked for. */
async function measure(lab: Lab, pause: Pause): Promise<Figure[]> {
  const upstream = await lab.peer(({ socket }) => {
    upstream.behave(honest());
    const head = `HTTP/1.1 ${pause.status} No\r\nRetry-After: ${pause.header()}\r\nContent-Length: 0\r\n\r\n`;
    socket.write(head);
  });
  const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
  // Past the most, for an attempt that never comes must show.
  const watchMs = lab.isShort ? Math.min(pause.atMostMs + 1_000, 5_000) : pause.atMostMs + 1_000;

  const startedAt = nowMs();
  const asked: Promise<Answer>[] = [lab.ask(gateway, pause.label)];
  await until(() => upstream.attempts.length > 0, 2_000);
  // Until the refusal has been read, others may still be sent.
  await sleep(40);
  await until(async () => {
    asked.push(lab.ask(gateway, `${pause.label} ${asked.length}`));
    await sleep(100);
    return upstream.attempts.length > 1;
  }, watchMs);
  const [first, second] = upstream.attempts;
  const pausedMs = (second?.atMs ?? nowMs()) - (first?.atMs ?? startedAt);
  const answers = await Promise.all(asked);

  const refused = answers.filter(({ status }) => status !== 200);
  return [
    atLeast(`${pause.label}: no attempt for, ms`, pausedMs + 20, Math.min(pause.atLeastMs, watchMs)),
    atMost(`${pause.label}: paused at most, ms`, pausedMs, pause.atMostMs),
    exactly(`${pause.label}: refused without Retry-After`, countOf(refused, hasNoRetryAfter), 0),
  ];
}

function hasNoRetryAfter({ retryAfter: seconds }: Answer): boolean {
  return !(Number(seconds) >= 1 && Number(seconds) <= 60);
}

function dateIn(ms: number): () => string {
  return () => new Date(Date.now() + ms).toUTCString();
}
