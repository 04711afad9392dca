import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, nowMs } from '../../support/caller.ts';
import { msUntil } from '../../support/until.ts';
import { callers, knownTexts } from '../tools/load.ts';
import { atLeast, atMost, exactly, type Row } from '../tools/row.ts';
import { between, isRight, ofLabel, p99Ms, shareOf, statusesOf } from '../tools/statistics.ts';

// The breaker opens after 10 failures in a row that span a second. This allows for that second and some more.
const OPENS_WITHIN_MS = 2_500;

export const outage: Row = {
  name: 'upstream port closed: refused fast, back by itself',
  group: 'upstream',
  async run(lab) {
    const upstream = await lab.upstream({ latencyMs: 20 });
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    for (const text of knownTexts(lab.seed)) await lab.ask(gateway, text);
    const load = lab.load(gateway, callers(lab.seed, { known: 50, unknown: 100 }));
    await msUntil(() => load.answers.length > 50, 10_000);

    await sleep(2_000);
    const closedAt = nowMs();
    await upstream.close();
    await sleep(OPENS_WITHIN_MS);
    const openAt = nowMs();
    const attemptsBefore = await gateway.attempts();
    await sleep(6_000);
    const attempts = (await gateway.attempts()) - attemptsBefore;
    const backAt = nowMs();
    await upstream.open();
    const recoveredMs = await msUntil(() => isRecovered(load.answers, backAt), 8_000);
    await load.stop();

    const known = ofLabel(load.answers, 'known');
    const whileOpen = between(ofLabel(load.answers, 'unknown'), openAt, backAt);
    const odd = whileOpen.filter((answer) => !isHonestRefusal(answer));
    const usualMs = p99Ms(between(known, closedAt - 1_000, closedAt)) + load.noiseMs(openAt, backAt, 0.99);
    return [
      exactly('known answered', shareOf(between(known, closedAt, backAt), isRight), 1),
      exactly('unknown not refused with Retry-After', statusesOf(odd), ''),
      atMost('unknown p99 once open, ms', p99Ms(whileOpen), 20 + usualMs),
      atMost('attempts a call once open', attempts / whileOpen.length, 0.1),
      atMost('99 % right again after, ms', recoveredMs, 6_000),
      atLeast('unknown answers seen', whileOpen.length, 100),
    ];
  },
};

function isHonestRefusal({ status, retryAfter }: Answer): boolean {
  return status === 503 && Number(retryAfter) >= 1 && Number(retryAfter) <= 60;
}

/** Whether 99 % of the unknown strings of the last 700 ms got the right answer. Strings from before the recovery do not count. */
function isRecovered(answers: readonly Answer[], backAt: number): boolean {
  const recent = between(ofLabel(answers, 'unknown'), Math.max(backAt, nowMs() - 700), nowMs());
  return recent.length >= 40 && shareOf(recent, isRight) >= 0.99;
}
