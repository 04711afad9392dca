import { createHistogram } from 'node:perf_hooks';
import { askAgainAndAgain } from './asking-socket.ts';
import type { LoadPlan, LoadReport } from './load-plan.ts';
import { distinctText } from './texts.ts';

// A process of its own: carries out the plan in its argument, prints the report, ends.
const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const nextRequest = requests(plan);
const tookNs = createHistogram();
let asked = 0;
let failures = 0;

const cpu = process.cpuUsage();
const startedMs = performance.now();
const endsMs = startedMs + (plan.durationMs ?? Number.POSITIVE_INFINITY);
await Promise.all(
  Array.from({ length: plan.connections }, () => askAgainAndAgain(plan.port, { next, answered })),
);
const tookMs = performance.now() - startedMs;
const { user, system } = process.cpuUsage(cpu);

const report: LoadReport = {
  answers: tookNs.count,
  failures,
  perSecond: (tookNs.count / tookMs) * 1000,
  p50Ms: tookNs.percentile(50) / 1e6,
  p99Ms: tookNs.percentile(99) / 1e6,
  busy: (user + system) / 1000 / tookMs,
};
process.stdout.write(`${JSON.stringify({ msg: 'done', ...report })}\n`);

function next(nowMs: number): Buffer | undefined {
  if (nowMs >= endsMs || asked >= (plan.answers ?? Number.POSITIVE_INFINITY)) return undefined;
  return nextRequest(asked++);
}

function answered(status: number, ms: number): void {
  if (status !== 200) failures++;
  tookNs.record(Math.max(1, Math.round(ms * 1e6)));
}

/** Those that go round are made beforehand. */
function requests({ texts, path, field }: LoadPlan): (i: number) => Buffer {
  const make = (i: number) => {
    const body = JSON.stringify({ [field]: distinctText(texts.series, i) });
    const head = `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json`;
    return Buffer.from(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const { cycle } = texts;
  if (cycle === undefined) return make;
  const made = Array.from({ length: cycle }, (_, i) => make(i));
  return (i) => made[i % cycle] ?? make(i);
}
