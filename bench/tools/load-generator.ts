import { createHistogram } from 'node:perf_hooks';
import { askAgainAndAgain } from './asking-socket.ts';
import { inTurns } from './in-turns.ts';
import type { LoadPlan, LoadReport } from './load-plan.ts';
import { distinctText } from './texts.ts';

const TURN_MS = 250;

// This process carries out the plan in its argument, prints the reports, and ends.
const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const nextRequest = requests(plan);
const { ports, durationMs = Number.POSITIVE_INFINITY } = plan;
const askers = Object.entries(ports).map(([name, port]) => ({ name, ...asker(port) }));
const turns = askers.length > 1 ? Math.ceil(durationMs / TURN_MS) : 1;
await inTurns(
  turns,
  Object.fromEntries(askers.map(({ name, ask }) => [name, () => ask(durationMs / turns)])),
);

const reports = Object.fromEntries(askers.map(({ name, report }) => [name, report()]));
process.stdout.write(`${JSON.stringify({ msg: 'done', reports })}\n`);

/** Sends requests to one server, and counts the answers. */
function asker(port: number) {
  const tookNs = createHistogram();
  let asked = 0;
  let failures = 0;
  let wallMs = 0;
  let busyMs = 0;

  return {
    async ask(forMs: number): Promise<void> {
      const cpu = process.cpuUsage();
      const startedMs = performance.now();
      const endsMs = startedMs + forMs;
      const next = (nowMs: number) => {
        if (nowMs >= endsMs || asked >= (plan.answers ?? Number.POSITIVE_INFINITY)) return undefined;
        return nextRequest(asked++);
      };
      const callers = Array.from({ length: plan.connections }, () =>
        askAgainAndAgain(port, { next, answered }),
      );
      await Promise.all(callers);
      wallMs += performance.now() - startedMs;
      const { user, system } = process.cpuUsage(cpu);
      busyMs += (user + system) / 1000;
    },
    report: (): LoadReport => ({
      answers: tookNs.count,
      failures,
      perSecond: (tookNs.count / wallMs) * 1000,
      p50Ms: tookNs.percentile(50) / 1e6,
      p99Ms: tookNs.percentile(99) / 1e6,
      busy: busyMs / wallMs,
    }),
  };

  function answered(status: number, ms: number): void {
    if (status !== 200) failures++;
    tookNs.record(Math.max(1, Math.round(ms * 1e6)));
  }
}

/** Returns a function that makes the request with a given number. With a `cycle`, all requests are made before the load starts. */
function requests({ method, texts, path, field }: LoadPlan): (i: number) => Buffer {
  const make = (i: number) => {
    if (method === 'GET') {
      const query = new URLSearchParams({ [field]: distinctText(texts.series, i) });
      return Buffer.from(`GET ${path}?${query} HTTP/1.1\r\nHost: bench\r\n\r\n`);
    }
    const body = JSON.stringify({ [field]: distinctText(texts.series, i) });
    const head = `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json`;
    return Buffer.from(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const { cycle } = texts;
  if (cycle === undefined) return make;
  const made = Array.from({ length: cycle }, (_, i) => make(i));
  return (i) => made[i % cycle] ?? make(i);
}
