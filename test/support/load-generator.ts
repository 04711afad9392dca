import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, nowMs, openCaller, questionOf } from './caller.ts';
import type { LoadPlan, LoadReport, Stream } from './load.ts';
import { textOf } from './load-texts.ts';

// The program of the load generator, for this machine or a pod. It sends the requests of the plan in its argument, and prints the
// results as lines of JSON. It ends when the plan is done or at SIGTERM.
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
// Exits only when the last report is written, because an exit would lose the rest.
report(() => process.exit());

/** Sends each request of a stream when it is due, even if earlier requests have no answer yet (an open loop). */
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

/** Returns a function that asks for the text with the given number. It reuses a connection as often as the stream allows. */
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

  /** The question with this number. A question that is asked again is made only once. */
  function questionAt(number: number): ReturnType<typeof questionOf> {
    const at = number % (texts.cycle ?? Number.POSITIVE_INFINITY);
    const question = made.get(at) ?? questionOf(textOf(texts, at), host);
    if (texts.cycle) made.set(at, question);
    return question;
  }
}

/** Records how late timers run in this process. This shows how busy the machine is, independent of the service. */
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
