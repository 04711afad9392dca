import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Event, emitTo } from '../../../src/core/events.ts';
import { summedMetrics } from '../../../src/telemetry/summed-metrics.ts';
import { measured } from './metrics-under-test.ts';

const SHED: Event = { type: 'shed', reason: 'requests' };
const SHED_SERIES = 'tuohs_shed_requests_total{reason="requests"}';

/** Series of a process that shed this many requests and has this many under way. */
function worker({ shed = 0, inFlight = 0, isRedisUp = true, dropped = 0 }) {
  return measured(Array(shed).fill(SHED), {
    inFlight: () => inFlight,
    isRedisUp: () => isRedisUp,
    logLinesDropped: () => dropped,
  }).ownSeries();
}

function summed(...pids: number[]) {
  const sums = summedMetrics({ serving: () => pids.length, logLinesDropped: () => 3 });
  const emit = emitTo(sums.listeners);
  for (const pid of pids) emit({ type: 'worker-listening', pid });
  return { ...sums, emit };
}

function ended(pid: number, wasAsked = false): Event {
  return { type: 'worker-ended', pid, code: null, signal: 'SIGKILL', wasAsked };
}

function sumOf(text: string, series: string): number {
  const line = text.split('\n').find((line) => line.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

test('counts and gauges of processes are added up', async () => {
  const text = await summed(1, 2).text([
    { pid: 1, answer: await worker({ shed: 2, inFlight: 3 }) },
    { pid: 2, answer: await worker({ shed: 5, inFlight: 4 }) },
  ]);

  assert.equal(sumOf(text, SHED_SERIES), 7);
  assert.equal(sumOf(text, 'tuohs_in_flight_requests'), 7);
  assert.equal(sumOf(text, 'tuohs_workers'), 2);
});

test('a state is not added up: Redis is up if all workers have it, and there is one build', async () => {
  const text = await summed(1, 2).text([
    { pid: 1, answer: await worker({}) },
    { pid: 2, answer: await worker({ isRedisUp: false }) },
  ]);

  assert.equal(sumOf(text, 'tuohs_redis_up'), 0);
  assert.equal(sumOf(text, 'tuohs_breaker_state{state="closed"}'), 1);
  assert.match(text, /^tuohs_build_info\{.*\} 1$/m);
});

test('the counts of an ended process stay, its gauges do not', async () => {
  const sums = summed(1, 2);
  const second = { pid: 2, answer: await worker({ shed: 5, inFlight: 4 }) };
  await sums.text([{ pid: 1, answer: await worker({ shed: 2, inFlight: 3 }) }, second]);

  sums.emit(ended(1));
  const text = await sums.text([second]);

  assert.equal(sumOf(text, SHED_SERIES), 7);
  assert.equal(sumOf(text, 'tuohs_in_flight_requests'), 4);
});

test('a process that does not answer counts as it last did, and once if it answers after its end', async () => {
  const sums = summed(1);
  const answer = await worker({ shed: 2 });
  await sums.text([{ pid: 1, answer }]);
  const silent = await sums.text([{ pid: 1 }]);
  sums.emit(ended(1));

  assert.equal(sumOf(silent, SHED_SERIES), 2);
  assert.equal(sumOf(await sums.text([{ pid: 1, answer }]), SHED_SERIES), 2);
});

test('only an end without a request is counted', async () => {
  const sums = summed(1, 2);

  sums.emit(ended(1));
  sums.emit(ended(2, true));

  assert.equal(sumOf(await sums.text([]), 'tuohs_worker_exits_total'), 1);
});

test('dropped log lines are those of the workers and of the primary, after any number of readings', async () => {
  const sums = summed(1, 2);
  const ask = async () =>
    sums.text([
      { pid: 1, answer: await worker({ dropped: 4 }) },
      { pid: 2, answer: await worker({ dropped: 5 }) },
    ]);
  await ask();

  assert.equal(sumOf(await ask(), 'tuohs_log_lines_dropped_total'), 12);
});
