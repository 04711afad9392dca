import { setTimeout as sleep } from 'node:timers/promises';
import { type Load, startLoad } from './load.ts';
import { measured, type Row, table } from './measured.ts';
import { release } from './release.ts';

// make test-cluster: what a rollout, a failure and a change of size cost the callers, on the cluster that KUBECONFIG names.
const { DOCKER_IMAGE = '', NAMESPACE = 'tuohs-test', PER_SECOND = '100', VALUES = '' } = process.env;
// So many may be in flight at 100 requests a second when a pod is killed; all that a kill may cost.
const IN_FLIGHT = 16;
const MOST_HEAVY = 6;
const app = release(NAMESPACE, DOCKER_IMAGE, VALUES ? VALUES.split(',') : []);
const rows: Row[] = [];

say(`${DOCKER_IMAGE} into the namespace ${NAMESPACE}`);
await app.remove();
try {
  const startedAt = Date.now();
  await app.install();
  say(`installed and ready in ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
  say(await app.test());
  const load = await startLoad(NAMESPACE, DOCKER_IMAGE, {
    name: 'load',
    perSecond: Number(PER_SECOND),
    textLength: 20,
  });
  await underLoad(load);
  await load.stop();
} finally {
  await app.remove();
}
say(`\n${table(rows)}`);
const broken = rows.filter(({ what, failed }) => failed > (what.includes('killed') ? IN_FLIGHT : 0));
if (broken.length > 0) {
  say(`\nrequests were lost: ${broken.map(({ what }) => what).join(', ')}`);
  process.exitCode = 1;
}

async function underLoad(load: Load): Promise<void> {
  await row('nothing', load, () => sleep(10_000));
  await row('helm upgrade', load, () => app.upgrade('config.cacheTtlDays=29'));
  await row('helm rollback', load, () => app.rollBack());
  await row('rollout restart', load, () => app.restart());
  await row('a pod deleted', load, () => app.deletePod('gateway'));
  await row('Valkey deleted', load, () => app.deletePod('valkey'));
  await row('each pod evicted', load, () => app.evictAll());
  const node = await app.drainableNode('load');
  if (node) await row('a node drained', load, () => app.drain(node));
  else say('one node only: none is drained');
  await row('2 to 4 pods by CPU', load, grow);
  await row('4 to 2 pods by CPU', load, () => app.waitForPods(2, 600));
  await row('a pod killed', load, () => app.deletePod('gateway', '--grace-period=0', '--force'));
}

/** Callers with long texts, and more of them until there are four pods, however fast the machine is. */
async function grow(): Promise<void> {
  const heavy: Load[] = [];
  const grown = app.waitForPods(4, 600).then(() => true);
  for (let isEnough = false; !isEnough && heavy.length < MOST_HEAVY; ) {
    const options = { name: `heavy-${heavy.length + 1}`, perSecond: 200, textLength: 4000 };
    heavy.push(await startLoad(NAMESPACE, DOCKER_IMAGE, options));
    isEnough = await Promise.race([grown, sleep(45_000, false)]);
  }
  await grown;
  await Promise.all(heavy.map((load) => load.stop()));
  const failed = heavy.map((load) => load.samples.at(-1)?.failures ?? {});
  say(`${heavy.length} × 200 requests a second of 4000 emoji; failed: ${JSON.stringify(failed)}`);
}

async function row(what: string, load: Load, act: () => Promise<unknown>): Promise<void> {
  const seen = await measured(what, load, act);
  rows.push(seen);
  const memory = (await app.memoryMiB()).join(', ');
  say(`${table([seen]).split('\n')[1]}${memory && `  (${memory} MiB)`}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
