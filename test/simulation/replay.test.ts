import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { failureReport, traceOf } from './report.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { simulate } from './simulation.ts';
import { TEETH } from './teeth.ts';

const WITHOUT_COALESCING = TEETH.coalescing;
/** The first seed that fails, and the report about it. */
const SEED = await firstFailingSeed();
const REPORT = await failureReport(SEED, WITHOUT_COALESCING);

test('two runs of a seed have the same trace, byte for byte, and another seed has another one', async () => {
  const [first = [], second = [], other = []] = await Promise.all(
    [3, 3, 4].map((seed) => traceOf(scenarioOf(seed))),
  );

  assert.ok(first.length > 1000);
  assert.ok(first.join('\n') === second.join('\n'));
  assert.ok(first.join('\n') !== other.join('\n'));
});

test('reading the trace does not change the run', async () => {
  const scenario = scenarioOf(3);
  const unseen = await simulate(scenario);

  const seen = await simulate(scenario, undefined, () => {});

  assert.deepEqual(seen, unseen);
});

test('the report of a violation has its seed, its last 50 events and the command that repeats it', () => {
  assert.match(REPORT, new RegExp(`^seed ${SEED}: equal texts share a flight: `));
  assert.match(REPORT, new RegExp(`make simulate SEED=${SEED}$`, 'm'));
  const [, events = ''] = REPORT.split('the last 50 events of that:\n');
  const lines = events.split('\n');
  assert.ok(lines.length <= 50);
  assert.match(lines.at(-1) ?? '', /^ +[\d.]+ VIOLATION equal texts share a flight/);
});

test('the scenario of a violation is shrunk to what it needs', async () => {
  const [, json = ''] = /that shows it:\n(.*)\n +the last/s.exec(REPORT) ?? [];
  const smallest: Scenario = JSON.parse(json);

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
