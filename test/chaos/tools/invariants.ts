import type { Answer } from '../../support/caller.ts';
import type { Load } from '../../support/load.ts';
import { msUntil } from '../../support/until.ts';
import type { Gateway, UnderWay } from './gateway.ts';
import type { Ledger } from './lab.ts';
import { atMost, exactly, type Figure } from './row.ts';
import { countOf, slowestMs } from './statistics.ts';

// The four connections to the upstream and the one to Redis stay open between requests.
const KEPT_SOCKETS = 5;
const REST_WITHIN_MS = 5_000;

/** Checks what must hold in every row. Ends the gateways of the row. */
export async function checkInvariants({ gateways, upstreams, loads, asked }: Ledger): Promise<Figure[]> {
  const answers = [...asked, ...loads.flatMap((load) => load.answers)];
  const attempts = upstreams.reduce((sum, upstream) => sum + upstream.calls(), 0);
  const alive = gateways.filter(({ gateway }) => isAlive(gateway));
  const crashes = gateways.flatMap(({ gateway }) => crashLines(gateway));
  const figures = [
    exactly('wrong answers', countOf(answers, isWrong), 0),
    exactly('500s and 502s', countOf(answers, isOurFault), 0),
    atMost('slowest answer, ms', slowestMs(answers), 3_200 + Math.max(0, ...loads.map(worstNoiseMs))),
    atMost('attempts', attempts, 2 * countOf(answers, isCall) + 20),
    exactly(`unhandled rejections${crashes[0] ? ` (${crashes[0]})` : ''}`, crashes.length, 0),
    ...(await checkRest(alive)),
  ];
  const codes = await Promise.all(alive.map(({ gateway }) => gateway.stop()));
  return [...figures, exactly('exit codes', codes.filter((code) => code !== 0).join(), '')];
}

// The longest delay of the load generator's own timers. The times that it measured include this delay.
function worstNoiseMs(load: Load): number {
  return load.noiseMs(0, Number.POSITIVE_INFINITY);
}

function isWrong({ status, isRight }: Answer): boolean {
  return status === 200 && !isRight;
}

function isOurFault({ status }: Answer): boolean {
  return status === 500 || status === 502;
}

// Whether a request can have caused an attempt. Cache hits and shared flights cannot. Failed and aborted requests can.
function isCall({ source }: Answer): boolean {
  return source === 'upstream' || source === 'none' || source === 'local';
}

/** Measures how long it takes after the end of the row until the sockets are closed and the last request is done. */
function checkRest(alive: Ledger['gateways']): Promise<Figure[]> {
  const isEach = (isSo: (each: Ledger['gateways'][number]) => boolean | Promise<boolean>) =>
    msUntil(async () => (await Promise.all(alive.map(isSo))).every(Boolean), REST_WITHIN_MS);
  return Promise.all([
    isEach(({ gateway, socketsAtStart }) => gateway.sockets() <= socketsAtStart + KEPT_SOCKETS).then((ms) =>
      atMost('sockets back after, ms', ms, REST_WITHIN_MS),
    ),
    isEach(async ({ gateway }) => isIdle(await gateway.underWay())).then((ms) =>
      atMost('nothing under way after, ms', ms, REST_WITHIN_MS),
    ),
  ]);
}

function isIdle(underWay: UnderWay): boolean {
  return Object.values(underWay).every((count) => count === 0);
}

function isAlive(gateway: Gateway): boolean {
  try {
    process.kill(gateway.pid, 0);
    return true;
  } catch {
    return false;
  }
}

function crashLines({ log }: Gateway): string[] {
  return log.map((line) => line.msg).filter((msg) => /unhandled|uncaught|\bat .*\.ts:\d+/i.test(msg));
}
