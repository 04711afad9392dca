import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../../support/until.ts';
import { askOn } from './answer.ts';
import type { LoadPlan, LoadReport, Stream } from './load.ts';
import { textsOf } from './texts.ts';
import { openWire, type Wire } from './wire.ts';

// The load generator's own process: takes one plan, reports answers as they come, ends when told or when done.
const TICK_MS = 2;
const REPORT_MS = 100;
const TIMER_MS = 10;

let stopped = false;
let seen: LoadReport = { answers: [], delays: [] };

process.on('message', (message: LoadPlan | 'stop') => {
  if (message === 'stop') stopped = true;
  else void carryOut(message);
});
process.on('disconnect', () => process.exit());
setInterval(report, REPORT_MS);
void watchTimers();

async function carryOut({ url, streams, durationMs = Number.POSITIVE_INFINITY }: LoadPlan): Promise<void> {
  const endsAt = nowMs() + durationMs;
  await Promise.all(streams.map((stream) => drive(stream, Number(new URL(url).port), endsAt)));
  report();
  process.disconnect();
}

/** An open loop: what is due is sent, whether or not earlier callers have their answers. */
async function drive(stream: Stream, port: number, endsAt: number): Promise<void> {
  const idle: Wire[] = [];
  const nextText = textsOf(stream.texts);
  const pending = new Set<Promise<void>>();
  const startedAt = nowMs();
  for (let sent = 0; !stopped && nowMs() < endsAt; await sleep(TICK_MS)) {
    for (const due = ((nowMs() - startedAt) / 1000) * stream.perSecond; sent < due; sent++) {
      const asked: Promise<void> = ask().finally(() => pending.delete(asked));
      pending.add(asked);
    }
  }
  await Promise.all(pending);
  for (const wire of idle) wire.close();

  async function ask(): Promise<void> {
    const wire = take(idle) ?? openWire(port);
    const answer = await askOn(wire, nextText(), stream.label);
    seen.answers.push(answer);
    if (stream.isFresh) wire.close();
    else if (wire.isOpen) idle.push(wire);
  }
}

function take(idle: Wire[]): Wire | undefined {
  for (let wire = idle.pop(); wire; wire = idle.pop()) if (wire.isOpen) return wire;
  return undefined;
}

/** How late a timer runs here tells how busy the machine is, whatever the gateway does. */
async function watchTimers(): Promise<void> {
  for (let atMs = nowMs(); ; atMs = nowMs()) {
    await sleep(TIMER_MS);
    seen.delays.push({ atMs, lateMs: nowMs() - atMs - TIMER_MS });
  }
}

function report(): void {
  process.send?.(seen);
  seen = { answers: [], delays: [] };
}
