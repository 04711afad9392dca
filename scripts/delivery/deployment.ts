import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readVersion } from '../../src/version.ts';
import { output, run, start, succeeds } from './command.ts';
import { imageName } from './image-name.ts';
import { manifestChanges } from './manifest-changes.ts';
import { packagedChart } from './packaged-chart.ts';
import { smoke } from './smoke.ts';

export interface Deployment {
  readonly release: string;
  readonly namespace: string;
  /** With a tag or, better, a digest. */
  readonly image: string;
  /** What `helm list` shows; by default the image's tag, or else the version of package.json. */
  readonly version?: string | undefined;
  /** Where users reach it; without it the smoke test goes through a port of this machine to the Service. */
  readonly url: string | undefined;
  /** More arguments for helm. */
  readonly helm: readonly string[];
}

/**
 * Installs or upgrades, waits, asks. An upgrade keeps the values that the release has and shows what it changes. What fails
 * is rolled back to what ran before; then this rejects.
 */
export async function deploy(deployment: Deployment): Promise<void> {
  const before = deployedRevision(deployment);
  const folder = mkdtempSync(join(tmpdir(), 'tuohs-deploy-'));
  try {
    upgrade(deployment, before, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  try {
    const seen = await atItsAddress(deployment, (url) => smoke(url, { waitMs: 90_000 }));
    process.stdout.write(`${seen.join('\n')}\n`);
  } catch (error) {
    if (before === undefined) throw new Error('the first release is left as it is', { cause: error });
    const { release, namespace } = deployment;
    const { forced, timeout } = helmFlags();
    const place = ['--namespace', namespace, ...forced, '--wait', '--timeout', timeout];
    run('helm', ['rollback', release, before, ...place]);
    throw new Error(`rolled back to revision ${before}`, { cause: error });
  }
}

function upgrade(deployment: Deployment, before: string | undefined, folder: string): void {
  const { release, namespace, helm, image } = deployment;
  const { repository, tag, digest } = imageName(image);
  const version = deployment.version || tag || readVersion();
  const chart = packagedChart({ repository, appVersion: version }, folder);
  const exactly = [`image.repository=${repository}`, `image.tag=${tag || version}`, `image.digest=${digest}`];
  const { forced, atomic, timeout } = helmFlags();
  const args = [
    ...['upgrade', '--install', release, chart, '--namespace', namespace, '--create-namespace'],
    ...['--reset-then-reuse-values', ...forced],
    ...exactly.flatMap((value) => ['--set-string', value]),
    ...helm,
  ];
  if (before !== undefined) showChanges(deployment, args);
  run('helm', [...args, '--wait', atomic, '--timeout', timeout]);
}

/** The revision that runs, if any. One that failed does not count. */
function deployedRevision({ release, namespace }: Deployment): string | undefined {
  if (!succeeds('helm', ['status', release, '--namespace', namespace])) return undefined;
  const history: { revision: number; status: string }[] = JSON.parse(
    output('helm', ['history', release, '--namespace', namespace, '--output', 'json']),
  );
  return history.findLast(({ status }) => status === 'deployed')?.revision.toString();
}

function showChanges({ release, namespace }: Deployment, args: readonly string[]): void {
  const before = output('helm', ['get', 'manifest', release, '--namespace', namespace]);
  const planned = output('helm', [...args, '--dry-run=server', '--hide-secret', '--output', 'json']);
  const changes = manifestChanges(before, JSON.parse(planned).manifest);
  process.stdout.write(`${changes.length === 0 ? 'nothing changes' : changes.join('\n')}\n`);
}

/**
 * Helm 4 ends the wait when Kubernetes gives a rollout up, Helm 3 only at the timeout. Helm 4 also renamed the flag that rolls
 * back, and refuses to change a field that someone else has changed, such as the number of pods that an autoscaler has set.
 */
function helmFlags(): { forced: string[]; atomic: string; timeout: string } {
  return output('helm', ['version', '--short']).startsWith('v3.')
    ? { forced: [], atomic: '--atomic', timeout: '130s' }
    : { forced: ['--force-conflicts'], atomic: '--rollback-on-failure', timeout: '5m' };
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
