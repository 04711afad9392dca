import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, nowMs, openCaller, questionOf } from './caller.ts';
import type { LoadPlan, LoadReport, Stream } from './load.ts';
import { textOf } from './load-texts.ts';

// A process on this machine or in a pod. It carries out the plan in its argument, prints what it sees as lines of JSON, and ends
// when it is done or at SIGTERM.
const TICK_MS = 2;
const REPORT_MS = 100;
const TIMER_MS = 10;

const {
  url,
  host,
  streams,
  durationMs = Number.POSITIVE_INFINITY,
}: LoadPlan = JSON.parse(process.argv[2] ?? '');
const { hostname, port } = new URL(url);
const target = { host: hostname, port: Number(port || 80) };
const endsAt = nowMs() + durationMs;
let isStopped = false;
let seen: { answers: Answer[]; delays: LoadReport['delays'][number][] } = { answers: [], delays: [] };

process.once('SIGTERM', () => {
  isStopped = true;
});
process.stdout.on('error', () => process.exit());
setInterval(() => report(), REPORT_MS);
void watchTimers();
await Promise.all(streams.map(drive));
// Ends only when the reader has everything, because an exit loses what is still in the pipe.
report(() => process.exit());

/** An open loop: requests are sent on time, whether or not earlier ones have their answers. */
async function drive(stream: Stream): Promise<void> {
  const ask = asker(stream);
  const pending = new Set<Promise<void>>();
  const startedAt = nowMs();
  for (let sent = 0; !isStopped && nowMs() < endsAt; await sleep(TICK_MS)) {
    for (const due = ((nowMs() - startedAt) / 1000) * stream.perSecond; sent < due; sent++) {
      const asked: Promise<void> = ask(sent).finally(() => pending.delete(asked));
      pending.add(asked);
    }
  }
  await Promise.all(pending);
}

/** Returns a function that asks for the text with this number. Connections are kept as long as the stream permits. */
function asker({
  label,
  texts,
  requestsEach = Number.POSITIVE_INFINITY,
  connections = Number.POSITIVE_INFINITY,
}: Stream) {
  const made = new Map<number, ReturnType<typeof questionOf>>();
  const idle: { caller: ReturnType<typeof openCaller>; left: number }[] = [];
  const queue: (() => void)[] = [];
  let free = connections;

  return async (number: number): Promise<void> => {
    const atMs = nowMs();
    if (free > 0) free--;
    else await new Promise<void>((resolve) => queue.push(resolve));
    const kept = takeIdle() ?? { caller: openCaller(target), left: requestsEach };
    const answer = await kept.caller.ask(questionAt(number), label);
    seen.answers.push({ ...answer, atMs, tookMs: nowMs() - atMs });
    kept.left--;
    if (kept.left > 0 && kept.caller.isOpen) idle.push(kept);
    else kept.caller.close();
    const next = queue.shift();
    if (next) next();
    else free++;
  };

  function takeIdle() {
    for (let kept = idle.pop(); kept; kept = idle.pop()) if (kept.caller.isOpen) return kept;
    return undefined;
  }

  /** A question that is asked several times is made once. */
  function questionAt(number: number): ReturnType<typeof questionOf> {
    const at = number % (texts.cycle ?? Number.POSITIVE_INFINITY);
    const question = made.get(at) ?? questionOf(textOf(texts, at), host);
    if (texts.cycle) made.set(at, question);
    return question;
  }
}

/** How late a timer runs in this process, which shows how busy the machine is, whatever the service does. */
async function watchTimers(): Promise<void> {
  for (let atMs = nowMs(); ; atMs = nowMs()) {
    await sleep(TIMER_MS);
    seen.delays.push({ atMs, lateMs: nowMs() - atMs - TIMER_MS });
  }
}

function report(whenRead?: () => void): void {
  process.stdout.write(`${JSON.stringify(seen)}\n`, whenRead);
  seen = { answers: [], delays: [] };
}
