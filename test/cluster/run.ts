import { setTimeout as sleep } from 'node:timers/promises';
import { readArguments, refuse } from '../../scripts/arguments.ts';
import { areUsable } from '../../scripts/delivery/deploy-arguments.ts';
import { lostOf, statusesOf } from '../chaos/tools/statistics.ts';
import type { Load } from '../support/load.ts';
import { startClusterLoad } from './load.ts';
import { measured, type Row, table } from './measured.ts';
import { release } from './release.ts';

// make test-cluster: counts the requests that clients lose during rollouts, failures and changes of size, on the cluster of
// KUBECONFIG. With INGRESS_URL, all requests go through Traefik. With --check, only the arguments are checked.
const usage = `DOCKER_IMAGE=… [NAMESPACE=…] [PER_SECOND=…] [VALUES=…,…] [INGRESS_URL=…] node test/cluster/run.ts [--check]`;
const { values } = readArguments(usage, { options: { check: { type: 'boolean' } } });
const { DOCKER_IMAGE = '', NAMESPACE = 'tuohs-test', PER_SECOND = '100' } = process.env;
const { VALUES = '', INGRESS_URL = '' } = process.env;
// At 100 requests per second, at most this many are in flight when a pod is killed. So at most this many can fail.
const IN_FLIGHT = 16;
const MOST_HEAVY = 4;
const GROWTH = '2 to 4 pods by CPU';
const ingress = INGRESS_URL === '' ? undefined : { url: INGRESS_URL, host: 'tuohs-test.example' };
const more = [
  // The autoscaler compares the CPU use of pods with this. It is small, so that pods exceed it even on a small machine that also runs
  // the load.
  'resources.requests.cpu=100m',
  ...(VALUES ? VALUES.split(',') : []),
  ...(ingress ? routeValues(ingress.host) : []),
];
const app = release(NAMESPACE, DOCKER_IMAGE, more);
const rows: Row[] = [];
const complaints: string[] = [];

const asked = {
  ...{ image: DOCKER_IMAGE, isPushed: false, url: INGRESS_URL, release: 'tuohs', namespace: NAMESPACE },
  helm: ['--set', more.join(',')],
};
if (!(Number(PER_SECOND) > 0)) refuse(`PER_SECOND must be a number above 0, unlike ${PER_SECOND}`);
if (areUsable(asked) && !values.check) await runAll();

async function runAll(): Promise<void> {
  say(`${DOCKER_IMAGE} into the namespace ${NAMESPACE}`);
  await app.remove();
  try {
    const startedAt = Date.now();
    await app.install();
    say(`installed and ready in ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
    say(await app.test());
    const plan = { name: 'load', perSecond: Number(PER_SECOND), textLength: 20, ingress };
    const load = await startClusterLoad(NAMESPACE, DOCKER_IMAGE, plan);
    await underLoad(load);
    await load.stop();
    for (const left of await app.uninstall()) complaints.push(`helm uninstall leaves ${left}`);
  } finally {
    await app.remove();
  }
  say(`\n${table(rows)}`);
  const broken = rows.filter((row) => row.failed > failuresAllowed(row));
  complaints.push(...broken.map(({ what }) => `requests were lost: ${what}`));
  for (const complaint of complaints) say(`\n${complaint}`);
  if (complaints.length > 0) process.exitCode = 1;
}

/** How many requests may fail. A kill loses those in flight. While pods are added, refusals are allowed. */
function failuresAllowed({ what, refused }: Row): number {
  if (what.includes('killed')) return IN_FLIGHT;
  return what === GROWTH ? refused : 0;
}

function routeValues(host: string): string[] {
  const settings = ['enabled=true', `host=${host}`, 'entryPoints={web}', 'tls.enabled=false'];
  return settings.map((setting) => `ingressRoute.${setting}`);
}

async function underLoad(load: Load): Promise<void> {
  await row('nothing', load, () => sleep(10_000));
  await row('helm upgrade', load, () => app.upgrade('config.cacheTtlDays=29'));
  await row('helm rollback', load, () => app.rollBack());
  await row('rollout restart', load, () => app.restart());
  await row('a pod deleted', load, () => app.deletePod('gateway'));
  await row('Valkey deleted', load, () => app.deletePod('valkey'));
  await row('each pod evicted', load, () => app.evictAll());
  await row('3 fixed pods', load, () => app.resize('autoscaling.enabled=false', 'replicaCount=3'));
  await row('3 fixed pods to autoscaling', load, toAutoscaling);
  await app.waitForPods(2);
  const node = ingress ? undefined : await app.drainableNode('load');
  if (node) await row('a node drained', load, () => app.drain(node));
  else say('one node only: none is drained');
  await row(GROWTH, load, grow);
  await row('4 to 2 pods by CPU', load, () => app.waitForPods(2));
  await row('a pod killed', load, () => app.deletePod('gateway', '--grace-period=0', '--force'));
}

/** Checks that the switch to autoscaling does not lower the number of pods before the autoscaler acts. */
async function toAutoscaling(): Promise<void> {
  const fewest = await app.fewestPods(() => app.resize());
  if (fewest < 3)
    complaints.push(`on the way from 3 fixed pods to autoscaling the Deployment asked for ${fewest}`);
}

/**
 * Adds clients with long texts until there are four pods. The clients run in the cluster, so they get only the CPU that the service
 * does not use. Outside the cluster, they would take CPU from the service.
 */
async function grow(): Promise<void> {
  const heavy: Load[] = [];
  const growing = new AbortController();
  const grown = app.waitForPods(4);
  grown.finally(() => growing.abort()).catch(() => {});
  while (!growing.signal.aborted && heavy.length < MOST_HEAVY) {
    const options = { name: `heavy-${heavy.length + 1}`, perSecond: 200, textLength: 4000 };
    heavy.push(await startClusterLoad(NAMESPACE, DOCKER_IMAGE, options));
    await sleep(45_000, undefined, { signal: growing.signal }).catch(() => {});
  }
  await grown;
  await Promise.all(heavy.map((load) => load.stop()));
  const failed = heavy.flatMap(({ answers }) => lostOf(answers));
  say(`${heavy.length} × 200 requests a second of 4000 emoji; failed: ${statusesOf(failed) || 'none'}`);
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
