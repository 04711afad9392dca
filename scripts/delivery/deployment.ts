import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { output, run, start, succeeds } from './command.ts';
import { imageName } from './image-name.ts';
import { smoke } from './smoke.ts';

export interface Deployment {
  readonly release: string;
  readonly namespace: string;
  /** With a tag or, better, a digest. */
  readonly image: string;
  /** Where users reach it; without it the smoke test goes through a port of this machine to the Service. */
  readonly url: string | undefined;
  /** More arguments for helm. */
  readonly helm: readonly string[];
}

/** Installs or upgrades, waits, asks. What fails is rolled back to what ran before; then this rejects. */
export async function deploy(deployment: Deployment): Promise<void> {
  const { release, namespace, helm } = deployment;
  const before = deployedRevision(deployment);
  const { repository, tag, digest } = imageName(deployment.image);
  const image = [`image.repository=${repository}`, `image.tag=${tag}`, `image.digest=${digest}`];
  run('helm', [
    ...['upgrade', '--install', release, 'deploy/chart', '--namespace', namespace, '--create-namespace'],
    ...['--wait', rollbackFlag(), '--timeout', '5m'],
    ...image.flatMap((value) => ['--set-string', value]),
    ...helm,
  ]);
  try {
    const seen = await atItsAddress(deployment, (url) => smoke(url, { waitMs: 90_000 }));
    process.stdout.write(`${seen.join('\n')}\n`);
  } catch (error) {
    if (before === undefined) throw new Error('the first release is left as it is', { cause: error });
    run('helm', ['rollback', release, before, '--namespace', namespace, '--wait', '--timeout', '5m']);
    throw new Error(`rolled back to revision ${before}`, { cause: error });
  }
}

/** The revision that runs, if any. One that failed does not count. */
function deployedRevision({ release, namespace }: Deployment): string | undefined {
  if (!succeeds('helm', ['status', release, '--namespace', namespace])) return undefined;
  const history: { revision: number; status: string }[] = JSON.parse(
    output('helm', ['history', release, '--namespace', namespace, '--output', 'json']),
  );
  return history.findLast(({ status }) => status === 'deployed')?.revision.toString();
}

/** Helm 4 renamed it. */
function rollbackFlag(): string {
  return output('helm', ['version', '--short']).startsWith('v3.') ? '--atomic' : '--rollback-on-failure';
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
