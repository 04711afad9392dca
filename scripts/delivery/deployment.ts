import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readVersion } from '../../src/version.ts';
import { output, run, show, start, succeeds } from './command.ts';
import { imageName } from './image-name.ts';
import { manifestChanges } from './manifest-changes.ts';
import { packagedChart } from './packaged-chart.ts';
import { smoke } from './smoke.ts';

export interface Deployment {
  readonly release: string;
  readonly namespace: string;
  /** The name of the image, with a tag or, better, a digest. */
  readonly image: string;
  /** The version in `helm list`; by default the tag of the image, else the version of package.json. */
  readonly version?: string | undefined;
  /** The address for users. Without it, the smoke test forwards a port of this machine to the Service. */
  readonly url: string | undefined;
  /** More arguments for helm. */
  readonly helm: readonly string[];
}

/**
 * Installs or upgrades the release, waits until it is ready, and checks it. An upgrade keeps the values of the release, and
 * shows what it changes. After a failure, rolls back to the last good revision and rejects.
 */
export async function deploy(deployment: Deployment): Promise<void> {
  const old = revisions(deployment);
  const before = old.findLast(({ status }) => status === 'deployed')?.revision;
  try {
    upgrade(deployment, before !== undefined);
    const seen = await atItsAddress(deployment, (url) => smoke(url, { waitMs: 90_000 }));
    process.stdout.write(`${seen}\n`);
  } catch (error) {
    const last = revisions(deployment).at(-1);
    // Does not roll back if Helm has changed nothing, or if another Helm is at work.
    if (last?.revision === old.at(-1)?.revision || last?.status.startsWith('pending')) throw error;
    printTroubles(deployment);
    if (before === undefined)
      throw new Error('a first release cannot be rolled back: it stays', { cause: error });
    rollBack(deployment, before);
    throw new Error(`rolled back to revision ${before}`, { cause: error });
  }
}

function upgrade(deployment: Deployment, isRunning: boolean): void {
  const folder = mkdtempSync(join(tmpdir(), 'tuohs-deploy-'));
  try {
    const args = upgradeArguments(deployment, folder);
    if (isRunning) showChanges(deployment, args);
    run('helm', [...args, ...helmFlags().upgrade]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function upgradeArguments(deployment: Deployment, folder: string): string[] {
  const { release, namespace, helm, image } = deployment;
  const { repository, tag, digest } = imageName(image);
  const version = deployment.version || tag || readVersion();
  const chart = packagedChart({ repository, appVersion: version }, folder);
  const exactly = [`image.repository=${repository}`, `image.tag=${tag || version}`, `image.digest=${digest}`];
  return [
    ...['upgrade', '--install', release, chart, '--namespace', namespace, '--create-namespace'],
    ...['--reset-then-reuse-values', ...helmFlags().forced],
    ...exactly.flatMap((value) => ['--set-string', value]),
    ...helm,
  ];
}

/** Prints what Kubernetes says about the pods, because Helm does not. If this fails, the release is still rolled back. */
function printTroubles({ release, namespace }: Deployment): void {
  const ours = ['--namespace', namespace, '--selector', `app.kubernetes.io/instance=${release}`];
  const warnings = ['--namespace', namespace, '--field-selector', 'type=Warning,involvedObject.kind=Pod'];
  for (const args of [
    ['get', 'pods', ...ours],
    ['get', 'events', ...warnings, '--sort-by', '.lastTimestamp'],
    ['logs', ...ours, '--all-containers', '--prefix', '--ignore-errors', '--tail', '5'],
  ])
    show('kubectl', args);
}

function rollBack({ release, namespace }: Deployment, revision: number): void {
  const { forced, rollback } = helmFlags();
  run('helm', ['rollback', release, `${revision}`, '--namespace', namespace, ...forced, ...rollback]);
}

/** The revisions of the release, oldest first. There are none before the first release. */
function revisions({ release, namespace }: Deployment): { revision: number; status: string }[] {
  if (!succeeds('helm', ['status', release, '--namespace', namespace])) return [];
  return JSON.parse(output('helm', ['history', release, '--namespace', namespace, '--output', 'json']));
}

function showChanges({ release, namespace }: Deployment, args: readonly string[]): void {
  const before = output('helm', ['get', 'manifest', release, '--namespace', namespace]);
  const planned = output('helm', [...args, '--dry-run=server', '--hide-secret', '--output', 'json']);
  const changes = manifestChanges(before, JSON.parse(planned).manifest);
  process.stdout.write(`${changes.length === 0 ? 'nothing changes' : changes.join('\n')}\n`);
}

/**
 * When Kubernetes gives up a rollout, Helm 4 stops waiting at once, and Helm 3 only at the timeout. In a rollback, Helm 4 would
 * stop waiting because of the failed rollout, so the rollback waits as Helm 3 does. Helm 4 also needs a flag to change a field that
 * another program has changed, such as the number of pods that an autoscaler has set.
 */
function helmFlags(): { forced: string[]; upgrade: string[]; rollback: string[] } {
  const old = ['--wait', '--timeout', '130s'];
  return output('helm', ['version', '--short']).startsWith('v3.')
    ? { forced: [], upgrade: old, rollback: old }
    : {
        forced: ['--force-conflicts'],
        upgrade: ['--wait', '--timeout', '5m'],
        rollback: ['--wait=legacy', '--timeout', '130s'],
      };
}

async function atItsAddress<T>(deployment: Deployment, use: (url: string) => Promise<T>): Promise<T> {
  const { release, namespace, url } = deployment;
  if (url) return use(url);
  const services = output('kubectl', [
    ...['get', 'service', '--namespace', namespace, '--output', 'name', '--selector'],
    `app.kubernetes.io/instance=${release},app.kubernetes.io/component=gateway`,
  ]).split('\n');
  const service = services.find((name) => name !== '' && !name.endsWith('-admin')) ?? 'service/none';
  const forward = start('kubectl', ['port-forward', '--namespace', namespace, service, ':http']);
  try {
    const [line] = await Promise.race([
      once(createInterface({ input: forward.stdout ?? process.stdin }), 'line'),
      once(forward, 'exit').then(() => ['']),
    ]);
    const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (!port) throw new Error(`kubectl port-forward opened no port to ${service}`);
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    forward.kill();
  }
}
