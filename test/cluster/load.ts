import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { kubernetesTool } from '../../scripts/kubernetes-tool.ts';
import { LOAD_FILES, type Load, type LoadPlan, loadOf, startLoad } from '../support/load.ts';
import { awaited, kubectl, kubectlWith, PATIENCE } from './kubernetes.ts';

export interface LoadOptions {
  readonly name: string;
  readonly perSecond: number;
  /** Characters of each text. Long texts cost the service CPU. */
  readonly textLength: number;
  /** The address of the ingress controller, and the service's host name there. Without `ingress`, requests go to the Service. */
  readonly ingress?: { readonly url: string; readonly host: string } | undefined;
}

/**
 * Starts a load generator: a pod that asks the Service, or with `ingress` a process outside the cluster that asks Traefik.
 * Resolves after the first answers.
 */
export async function startClusterLoad(namespace: string, image: string, options: LoadOptions) {
  const { ingress } = options;
  const load = ingress ? startLoad(planOf(options)) : await startPod(namespace, image, options);
  await awaited('the load generator has answers', async () => load.answers.length > 0);
  return load;
}

async function startPod(namespace: string, image: string, options: LoadOptions): Promise<Load> {
  const pod = options.name;
  await kubectlWith(objects(image, options), `--namespace ${namespace} apply --filename -`);
  await kubectl(`--namespace ${namespace} wait --for=condition=Ready pod/${pod} --timeout=${PATIENCE}`);
  const args = ['--namespace', namespace, 'logs', '--follow', pod];
  const load = loadOf(spawn(kubernetesTool('kubectl'), args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  return {
    ...load,
    async stop() {
      await kubectl(`--namespace ${namespace} delete pod ${pod} --timeout=${PATIENCE}`);
      await load.done;
    },
  };
}

/**
 * The texts consist of thumbs with a skin colour. They are expensive to reverse, because each character is two code points.
 * Connections are replaced after 50 requests, so that new pods get some of the load.
 */
function planOf({ name, perSecond, textLength, ingress }: LoadOptions): LoadPlan {
  const texts = { seed: 1, cycle: 200, length: textLength, filler: '👍🏽' };
  const stream = { label: name, texts, perSecond, requestsEach: 50, connections: 16 };
  return { url: 'http://tuohs', host: 'tuohs', ...ingress, streams: [stream] };
}

function objects(image: string, options: LoadOptions) {
  const { name } = options;
  const metadata = { name, labels: TEST_LABELS };
  const data = Object.fromEntries(LOAD_FILES.map((path) => [basename(path), readFileSync(path, 'utf8')]));
  const container = {
    name: 'load',
    image,
    command: ['node', '/app/load/load-generator.ts', JSON.stringify(planOf(options))],
    securityContext: {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
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

// The network policy admits pods with these labels.
const TEST_LABELS = {
  ...{ 'app.kubernetes.io/name': 'tuohs', 'app.kubernetes.io/instance': 'tuohs' },
  'app.kubernetes.io/component': 'test',
};
