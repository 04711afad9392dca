import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { kubernetesTool } from '../../scripts/kubernetes-tool.ts';
import { awaited, kubectl, kubectlWith, PATIENCE } from './kubernetes.ts';
import type { LoadSample } from './load-sample.ts';

export interface LoadOptions {
  readonly name: string;
  readonly perSecond: number;
  /** Characters of each text; long ones cost the service CPU. */
  readonly textLength: number;
  /** Where the ingress controller is, and the host name that leads to the service; without it requests go to the Service. */
  readonly ingress?: { readonly url: string; readonly host: string } | undefined;
}

/** A load generator: a pod beside the service, which reaches the Service as any client does, or a process in front of Traefik. */
export interface Load {
  /** All samples so far, oldest first. */
  readonly samples: readonly LoadSample[];
  /** Stops sending; resolves when all that was sent is answered or has failed. */
  stop(): Promise<void>;
}

const FILES = ['load-pod.ts', 'load-sample.ts'];

/** Starts it, a pod with the image of the service, and resolves when the first answers are there. */
export async function startLoad(namespace: string, image: string, options: LoadOptions): Promise<Load> {
  const { ingress, perSecond, textLength } = options;
  if (ingress) {
    const generator = spawn(process.execPath, [fileURLToPath(new URL('load-pod.ts', import.meta.url))], {
      env: {
        TARGET: ingress.url,
        HOST_NAME: ingress.host,
        PER_SECOND: `${perSecond}`,
        TEXT_LENGTH: `${textLength}`,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return loadOf(generator, async () => void generator.kill('SIGTERM'));
  }
  await kubectlWith(objects(image, options), `--namespace ${namespace} apply --filename -`);
  const pod = options.name;
  await kubectl(`--namespace ${namespace} wait --for=condition=Ready pod/${pod} --timeout=${PATIENCE}`);
  const args = ['--namespace', namespace, 'logs', '--follow', pod];
  return loadOf(spawn(kubernetesTool('kubectl'), args, { stdio: ['ignore', 'pipe', 'inherit'] }), () =>
    kubectl(`--namespace ${namespace} delete pod ${pod} --timeout=${PATIENCE}`),
  );
}

async function loadOf(
  log: ChildProcessByStdio<null, Readable, null>,
  end: () => Promise<unknown>,
): Promise<Load> {
  const samples: LoadSample[] = [];
  createInterface(log.stdout).on('line', (line) => samples.push(JSON.parse(line)));
  const ended = new Promise<void>((resolve) => log.once('close', () => resolve()));
  await awaited('the load generator has answers', async () => (samples.at(-1)?.answered ?? 0) > 0);

  return {
    samples,
    async stop() {
      await end();
      await ended;
    },
  };
}

function objects(image: string, { name, perSecond, textLength }: LoadOptions) {
  const metadata = { name, labels: TEST_LABELS };
  const data = Object.fromEntries(
    FILES.map((file) => [file, readFileSync(new URL(file, import.meta.url), 'utf8')]),
  );
  const env = { TARGET: 'http://tuohs', PER_SECOND: String(perSecond), TEXT_LENGTH: String(textLength) };
  const container = {
    name: 'load',
    image,
    // Beside the image's node_modules.
    command: ['node', '/app/load/load-pod.ts'],
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'load', mountPath: '/app/load' }],
  };
  const spec = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1001, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
    volumes: [{ name: 'load', configMap: { name } }],
  };
  const items = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
    { apiVersion: 'v1', kind: 'Pod', metadata, spec },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}

// The network policy lets the release's tests in.
const TEST_LABELS = {
  'app.kubernetes.io/name': 'tuohs',
  'app.kubernetes.io/instance': 'tuohs',
  'app.kubernetes.io/component': 'test',
};
