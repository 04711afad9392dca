import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { kubernetesTool } from '../../scripts/kubernetes-tool.ts';
import { kubectl, kubectlWith, until } from './kubernetes.ts';
import type { LoadSample } from './load-sample.ts';

export interface LoadOptions {
  readonly name: string;
  readonly perSecond: number;
  /** Characters of each text; long ones cost the service CPU. */
  readonly textLength: number;
}

/** A load generator that runs as a pod beside the service: wherever the tests run, it reaches the Service as any client does. */
export interface Load {
  /** All samples so far, oldest first. */
  readonly samples: readonly LoadSample[];
  /** Stops sending; resolves when all that was sent is answered or has failed. */
  stop(): Promise<void>;
}

const FILES = ['load-pod.ts', 'load-sample.ts'];

/** Starts it, with the image of the service, and resolves when the first answers are there. */
export async function startLoad(namespace: string, image: string, options: LoadOptions): Promise<Load> {
  await kubectlWith(objects(image, options), '--namespace', namespace, 'apply', '--filename', '-');
  await kubectl(
    '--namespace',
    namespace,
    'wait',
    '--for=condition=Ready',
    `pod/${options.name}`,
    '--timeout=60s',
  );
  const samples: LoadSample[] = [];
  const log = spawn(kubernetesTool('kubectl'), ['--namespace', namespace, 'logs', '--follow', options.name]);
  createInterface(log.stdout).on('line', (line) => samples.push(JSON.parse(line)));
  const ended = new Promise<void>((resolve) => log.once('close', () => resolve()));
  await until('the load generator has answers', 30, async () => (samples.at(-1)?.answered ?? 0) > 0);

  return {
    samples,
    async stop() {
      await kubectl('--namespace', namespace, 'delete', 'pod', options.name, '--timeout=60s');
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
