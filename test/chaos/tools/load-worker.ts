import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, askOn } from './answer.ts';
import type { LoadPlan, LoadReport, Stream } from './load-plan.ts';
import { nowMs } from './now.ts';
import { textsOf } from './texts.ts';
import { openWire, type Wire } from './wire.ts';

// The load generator's own process: takes one plan, reports answers as they come, ends when told or when done.
const TICK_MS = 2;
const REPORT_MS = 100;
const TIMER_MS = 10;

let stopped = false;
let answers: Answer[] = [];
let delays: LoadReport['delays'][number][] = [];

process.on('message', (message: LoadPlan | 'stop') => {
  if (message === 'stop') stopped = true;
  else void carryOut(message);
});
process.on('disconnect', () => process.exit());
setInterval(report, REPORT_MS);
void watchTimers();

async function carryOut(plan: LoadPlan): Promise<void> {
  const port = Number(new URL(plan.url).port);
  const endsAt = nowMs() + (plan.durationMs ?? Number.POSITIVE_INFINITY);
  await Promise.all(plan.streams.map((stream) => drive(stream, port, endsAt)));
  report();
  process.disconnect();
}

async function drive(stream: Stream, port: number, endsAt: number): Promise<void> {
  const idle: Wire[] = [];
  const nextText = textsOf(stream.texts);
  const keep = (wire: Wire) => (stream.isFresh ? wire.close() : wire.isOpen && idle.push(wire));
  const ask = (wire: Wire) => record(wire, nextText(), stream).then(() => keep(wire));
  const pending =
    'atOnce' in stream
      ? await burst(stream.atOnce, port, ask)
      : await openLoop(stream.perSecond, endsAt, () => ask(take(idle, port)));
  await Promise.all(pending);
  for (const wire of idle) wire.close();
}

/** The first connections are open before anything is sent, so that the burst is one. */
async function burst(
  size: number,
  port: number,
  ask: (wire: Wire) => Promise<unknown>,
): Promise<Promise<unknown>[]> {
  const wires: Wire[] = [];
  for (let i = 0; i < size; i++) {
    wires.push(openWire(port));
    if (i % 100 === 99) await sleep(10);
  }
  await Promise.all(wires.map((wire) => wire.opened));
  return wires.map(ask);
}

async function openLoop(
  perSecond: number,
  endsAt: number,
  ask: () => Promise<unknown>,
): Promise<Set<Promise<unknown>>> {
  const pending = new Set<Promise<unknown>>();
  const startedAt = nowMs();
  for (let sent = 0; !stopped && nowMs() < endsAt; await sleep(TICK_MS)) {
    for (const due = ((nowMs() - startedAt) / 1000) * perSecond; sent < due; sent++) {
      const asked: Promise<unknown> = ask().finally(() => pending.delete(asked));
      pending.add(asked);
    }
  }
  return pending;
}

function take(idle: Wire[], port: number): Wire {
  for (let wire = idle.pop(); wire; wire = idle.pop()) if (wire.isOpen) return wire;
  return openWire(port);
}

async function record(wire: Wire, text: string, stream: Stream): Promise<void> {
  const hangUp =
    stream.hangUpAtMs === undefined ? undefined : setTimeout(() => wire.close('HUNG_UP'), stream.hangUpAtMs);
  const answer = await askOn(wire, text, stream.label);
  clearTimeout(hangUp);
  answers.push(answer);
}

/** How late a timer runs here tells how busy the machine is, whatever the gateway does. */
async function watchTimers(): Promise<void> {
  for (let atMs = nowMs(); ; atMs = nowMs()) {
    await sleep(TIMER_MS);
    delays.push({ atMs, lateMs: nowMs() - atMs - TIMER_MS });
  }
}

function report(): void {
  process.send?.({ answers, delays } satisfies LoadReport);
  answers = [];
  delays = [];
}
