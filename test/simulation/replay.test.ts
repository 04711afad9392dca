import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { failureReport, shrink, traceOf } from './report.ts';
import { scenarioOf } from './scenario.ts';
import { simulate } from './simulation.ts';
import { TEETH } from './teeth.ts';

const WITHOUT_COALESCING = TEETH.coalescing;

for (const seed of [3, 4]) {
  test(`two runs of seed ${seed} have the same trace, byte for byte`, async () => {
    const first = await traceOf(scenarioOf(seed));

    const second = await traceOf(scenarioOf(seed));

    assert.ok(first.length > 1000);
    assert.ok(first.join('\n') === second.join('\n'));
  });
}

test('another seed is another run', async () => {
  const traces = await Promise.all([traceOf(scenarioOf(3)), traceOf(scenarioOf(5))]);

  assert.notEqual(traces[0]?.join('\n'), traces[1]?.join('\n'));
});

test('reading the trace does not change the run', async () => {
  const scenario = scenarioOf(3);
  const unseen = await simulate(scenario);

  const seen = await simulate(scenario, undefined, () => {});

  assert.deepEqual(seen, unseen);
});

test('the report of a violation has its seed, its last 50 events and the command that repeats it', async () => {
  const seed = await firstFailingSeed();

  const report = await failureReport(seed, WITHOUT_COALESCING);

  assert.match(report, new RegExp(`^seed ${seed}: equal texts share a flight: `));
  assert.match(report, new RegExp(`make simulate SEED=${seed}$`, 'm'));
  const [, events = ''] = report.split('the last 50 events of that:\n');
  const lines = events.split('\n');
  assert.ok(lines.length <= 50);
  assert.match(lines.at(-1) ?? '', /^ +[\d.]+ VIOLATION equal texts share a flight/);
});

test('the scenario of a violation is shrunk to what it needs', async () => {
  const scenario = scenarioOf(await firstFailingSeed());

  const smallest = await shrink(scenario, WITHOUT_COALESCING ?? assert.fail(), 'equal texts share a flight');

  const { violation } = await simulate(smallest, WITHOUT_COALESCING);
  assert.equal(violation?.invariant, 'equal texts share a flight');
  assert.equal(smallest.crowds.length, 1);
  assert.deepEqual([smallest.upstreamFaults, smallest.redisFaults, smallest.pressures], [[], [], []]);
});

for (const args of [
  ['--seeds', '0'],
  ['--seed', 'seven'],
]) {
  test(`make simulate refuses ${args.join(' ')}: a run without seeds would find nothing`, () => {
    const path = fileURLToPath(new URL('run.ts', import.meta.url));

    const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], {
      encoding: 'utf8',
      env: {},
    });

    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /^SEEDS? must be a whole number from 1/);
  });
}

async function firstFailingSeed(): Promise<number> {
  for (let seed = 1; ; seed++) {
    if ((await simulate(scenarioOf(seed), WITHOUT_COALESCING)).violation) return seed;
  }
}
