import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Event, emitTo } from '../../../src/core/events.ts';
import { summedMetrics } from '../../../src/telemetry/summed-metrics.ts';
import { FAKE_EPOCH_MS } from '../../support/fake-clock.ts';
import { measured } from './metrics-under-test.ts';

const SHED: Event = { type: 'shed', reason: 'requests' };
const ANSWERED: Event = { type: 'attempt', outcome: 'success', durationMs: 1 };
const SHED_SERIES = 'tuohs_shed_requests_total{reason="requests"}';

/** The series of a process that has shed `shed` requests, has `inFlight` requests now, and got `answers` answers of SHOUTCLOUD. */
function worker({ shed = 0, answers = 0, inFlight = 0, tokens = 20, isRedisUp = true, dropped = 0 }) {
  const requests = { inFlight, heldBytes: 0, connections: 0 };
  const redis = { isUp: isRedisUp, trouble: isRedisUp ? undefined : ('refused' as const) };
  const upstream = { breaker: 'closed' as const, retryBudgetTokens: tokens };
  const events = [...Array(shed).fill(SHED), ...Array(answers).fill(ANSWERED)];
  return measured(events, { requests, upstream, redis }, dropped).series();
}

function summed(...pids: number[]) {
  const sums = summedMetrics({ serving: () => pids.length, logLinesDropped: () => 3 });
  const emit = emitTo(sums.listeners);
  for (const pid of pids) emit({ type: 'worker-listening', pid });
  return { ...sums, emit };
}

function ended(pid: number, wasAsked = false): Event {
  return { type: 'worker-ended', pid, code: null, signal: 'SIGKILL', wasAsked, wasStuck: false };
}

function sumOf(text: string, series: string): number {
  const line = text.split('\n').find((line) => line.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

for (const [series, one, other, sum] of [
  [SHED_SERIES, { shed: 2 }, { shed: 5 }, 7],
  ['tuohs_in_flight_requests', { inFlight: 3 }, { inFlight: 4 }, 7],
  ['tuohs_upstream_last_success_timestamp_seconds', { answers: 1 }, { answers: 1 }, FAKE_EPOCH_MS / 1000],
  ['tuohs_retry_budget_tokens', { tokens: 20 }, { tokens: 1 }, 1],
  ['tuohs_workers', {}, {}, 2],
  ['tuohs_redis_up', {}, { isRedisUp: false }, 0],
  ['tuohs_redis_trouble{reason="refused"}', { isRedisUp: false }, { isRedisUp: false }, 1],
  ['tuohs_breaker_state{state="closed"}', {}, {}, 1],
  [`tuohs_build_info{version="1.2.3",node="${process.version}"}`, {}, {}, 1],
  // The primary itself has dropped three.
  ['tuohs_log_lines_dropped_total', { dropped: 4 }, { dropped: 5 }, 12],
] as const) {
  test(`${series} of two workers is ${sum}, after any number of readings`, async () => {
    const sums = summed(1, 2);
    const answers = [one, other].map((values, i) => ({ pid: i + 1, answer: worker(values) }));

    sums.text(answers);

    assert.equal(sumOf(sums.text(answers), series), sum);
  });
}

test('workers have a start time: for some minutes after it, alerts also notice the first failure', () => {
  const text = summed(1).text([{ pid: 1, answer: worker({}) }]);

  assert.ok(sumOf(text, 'process_start_time_seconds') > 0);
});

test('the counts of an ended process stay, its gauges do not', () => {
  const sums = summed(1, 2);
  const second = { pid: 2, answer: worker({ shed: 5, inFlight: 4 }) };
  sums.text([{ pid: 1, answer: worker({ shed: 2, inFlight: 3 }) }, second]);

  sums.emit(ended(1));
  const text = sums.text([second]);

  assert.equal(sumOf(text, SHED_SERIES), 7);
  assert.equal(sumOf(text, 'tuohs_in_flight_requests'), 4);
});

test('a process that does not answer counts as it last did, and once if it answers after its end', () => {
  const sums = summed(1);
  const answer = worker({ shed: 2 });
  sums.text([{ pid: 1, answer }]);
  const silent = sums.text([{ pid: 1 }]);
  sums.emit(ended(1));

  assert.equal(sumOf(silent, SHED_SERIES), 2);
  assert.equal(sumOf(sums.text([{ pid: 1, answer }]), SHED_SERIES), 2);
});

test('the end of a worker is counted only if no one asked for it', () => {
  const sums = summed(1, 2);

  sums.emit(ended(1));
  sums.emit(ended(2, true));

  assert.equal(sumOf(sums.text([]), 'tuohs_worker_exits_total'), 1);
});
